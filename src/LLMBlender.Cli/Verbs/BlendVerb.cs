using System.CommandLine;
using System.CommandLine.Parsing;
using LLMBlender.Abstractions;
using LLMBlender.Cli.Hosts;
using LLMBlender.Cli.Panels;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>blend</c>: many answers in, one out.</summary>
internal static class BlendVerb
{
    // Of rankers and fusers that this process loads itself; a configured panel has the file's.
    private static readonly string[] Configured = ["--device", "--source-max-length", "--candidate-max-length", "--beams", "--max-new-tokens"];

    private const string Details = """
        Without arguments it blends the sample panel and shows how: a panel of six, with answers recorded for 18 instructions.
        With an INSTRUCTION that the panel knows it prints the answer; to a terminal, with the ranking and the comparisons.
        With --from, each line is a record
          {"id": …, "instruction": "…", "input"?: "…", "candidates"?: [{"model"?: "…", "text": "…"}, …]}
        where one without candidates asks the panel. With --from, --to or --json answers are written as JSON Lines:
          {"id": …, "answer": "…", "candidates": [{"model", "text", "rank", "score"}, …], "failures": […],
           "made_from": […], "usage": {"prompt_tokens", "completion_tokens", "comparisons"}, "fusion": {"fuser", "given", "margin"}}
        The candidates are ranked and the best few fused. Then the ranker compares the fused answer with the best candidate, in
        both orders; what is given is "fused", or "best" where the fused one loses. The margin is M[fused,best] - M[best,fused],
        null where they were not compared. A fuser that fails, writes nothing or repeats itself to its limit is named in
        "failures", and the answer is the best candidate.

        With --config the panel is one of that file's, as serve reads it: live model servers, with the panel's own rules; a panel of
        one backend with several Samples, fuser select, is best-of-n. Rankers and fusers are then the file's, named by --ranker
        and --fuser, and --panel names the panel where there are several. With --cluster all of these are the cluster's.

        A record that fails is answered by {"id": …, "error": "…"}, and the exit code is 1.

        Examples:
          llmblender blend
          llmblender blend "Compare induction and gas cooktops for a home kitchen."
          llmblender blend --from candidates.jsonl --to answers.jsonl --fuser models/genfuser
          llmblender blend "Name three uses of a brick." --config panels.json --panel best-of-five
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("blend", "Blend the panel's answers, or a record's candidates, into one answer.", Details);
        var instruction = new Argument<string?>("INSTRUCTION")
        {
            Description = "What to ask the panel.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var input = new Option<string?>("--input") { HelpName = "T", Description = "What the instruction is about." };
        verb.Arguments.Add(instruction);
        verb.Options.Add(input);
        var files = new FileArguments(verb, required: false);
        var json = new Option<bool>("--json") { Description = "Write JSON Lines." };
        verb.Options.Add(json);
        var aggregation = Choices.Aggregation();
        verb.Options.Add(aggregation);
        var ranker = new RankerArguments(verb);
        var fuser = new FuserArguments(verb, withLengths: false);
        var noGuard = new Option<bool>("--no-guard") { Description = "Give the fused answer even where the ranker finds the best candidate better." };
        verb.Options.Add(noGuard);
        var config = new Option<string?>("--config") { HelpName = "FILE", Description = "Ask a panel of this configuration, as serve reads it." };
        var panel = new Option<string?>("--panel") { HelpName = "NAME", Description = "The panel to ask; by default the configuration's first." };
        verb.Options.Add(config);
        verb.Options.Add(panel);
        var host = new HostArguments(verb, terminal, ranker, fuser);
        verb.Validators.Add(result =>
        {
            if (result.GetValue(config) is null && !host.IsCluster(result) && result.GetValue(panel) is not null)
            {
                result.AddError("--panel names one of the panels of --config, and there is none");
            }

            foreach (var name in result.GetValue(config) is null ? [] : Configured.Where(name => result.GetResult(name) is OptionResult { Implicit: false }))
            {
                result.AddError($"{name} and --config exclude each other: it belongs to the configuration");
            }

            if (result.GetValue(files.From) is not null && result.GetValue(instruction) is not null)
            {
                result.AddError("INSTRUCTION and --from exclude each other: give one or the other");
            }

            if (result.GetValue(input) is not null && result.GetValue(instruction) is null)
            {
                result.AddError("--input belongs to an INSTRUCTION, and there is none");
            }
        });
        verb.SetAction((parsed, cancellationToken) =>
        {
            var file = parsed.GetValue(config);
            var isSample = file is null && !host.IsCluster(parsed);
            var options = new BlendRequest
            {
                Instruction = parsed.GetValue(instruction) ?? "",
                Input = parsed.GetValue(input),
                Panel = parsed.GetValue(panel),
                Ranker = isSample ? null : ranker.Given(parsed),
                Aggregation = parsed.GetResult(aggregation) is { Implicit: false } ? parsed.GetValue(aggregation) : null,
                Fuser = isSample ? null : fuser.Given(parsed),
                TopK = fuser.GivenTopK(parsed),
                WithoutGuard = parsed.GetValue(noGuard),
            };
            var run = new BlendRun(terminal, files, options, parsed.GetValue(json))
            {
                IsSample = isSample,
                RankerOf = named => file is null ? host.RankerOf(parsed, named) : options.Ranker ?? named,
                FuserOf = named => file is null ? host.FuserOf(parsed, named) : options.Fuser ?? named,
                Open = async () => file is null
                    ? await host.OpenAsync(parsed, cancellationToken, SamplePanel.Create())
                    : await ConfigurationFile.OpenAsync(file, terminal, cancellationToken),
            };
            return parsed.GetValue(files.From) is not null ? run.AnswerFileAsync(parsed, cancellationToken)
                : options.Instruction.Length > 0 ? run.AnswerAsync(parsed, cancellationToken)
                : isSample ? run.AnswerSamplesAsync(parsed, cancellationToken)
                : throw new UsageException(
                    $"{(file is null ? "--cluster" : "--config")} asks a panel something: give an INSTRUCTION, or records with --from");
        });
        return verb;
    }
}
