using System.CommandLine;
using LLMBlender.Abstractions;
using LLMBlender.Cli.Panels;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>blend</c>: blends many answers into one.</summary>
internal static class BlendVerb
{
    private const string Details = """
        Without arguments, blends the records of the sample panel (six members, 18 instructions) and shows the steps.
        With an INSTRUCTION of the sample panel, prints the answer; on a terminal also the ranking and the comparisons.
        With --from, each line is a record
          {"id": …, "instruction": "…", "input"?: "…", "candidates"?: [{"model"?: "…", "text": "…"}, …]}
        A record without candidates is sent to the panel. With --from, --to or --json, answers are written as JSON Lines:
          {"id": …, "answer": "…", "candidates": [{"model", "text", "rank", "score"}, …], "failures": […],
           "made_from": […], "usage": {"prompt_tokens", "completion_tokens", "comparisons"}, "fusion": {"fuser", "given", "margin"}}
        The candidates are ranked and the best few are fused. The ranker then compares the fused answer with the best candidate in
        both orders; "given" is "fused", or "best" if the fused answer loses. The margin is M[fused,best] - M[best,fused], or null
        if they were not compared. If a fuser fails, writes nothing or repeats itself up to its limit, "failures" contains it and
        the answer is the best candidate.

        With --config, the panel is one of that file's, in the format of serve: live model servers with the panel's rules. A panel of
        one backend with several Samples and the fuser select is best-of-n. Rankers and fusers are then the file's, selected by
        --ranker and --fuser; --panel selects one of several panels. With --cluster, all of these are the cluster's.

        For a failed record {"id": …, "error": "…"} is written, and the exit code is 1.

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
            Description = "The panel's instruction.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var input = new Option<string?>("--input") { HelpName = "T", Description = "The text that the instruction applies to." };
        verb.Arguments.Add(instruction);
        verb.Options.Add(input);
        var files = new FileArguments(verb, required: false);
        var json = new Option<bool>("--json") { Description = "Write JSON Lines." };
        verb.Options.Add(json);
        var aggregation = Choices.Aggregation();
        verb.Options.Add(aggregation);
        var ranker = new RankerArguments(verb);
        var fuser = new FuserArguments(verb, withLengths: false);
        var noGuard = new Option<bool>("--no-guard") { Description = "Return the fused answer even if the ranker prefers the best candidate." };
        verb.Options.Add(noGuard);
        var panel = new Option<string?>("--panel") { HelpName = "NAME", Description = "The panel; by default the configuration's first." };
        verb.Options.Add(panel);
        var host = new HostArguments(verb, terminal, ranker, fuser);
        verb.Validators.Add(result =>
        {
            if (!host.IsConfigured(result) && !host.IsCluster(result) && result.GetValue(panel) is not null)
            {
                result.AddError("--panel names one of the panels of --config, and there is none");
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
            var isSample = !host.IsConfigured(parsed) && !host.IsCluster(parsed);
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
                RankerOf = named => host.RankerOf(parsed, named),
                FuserOf = named => host.FuserOf(parsed, named),
                Open = () => host.OpenAsync(parsed, cancellationToken, SamplePanel.Create()),
            };
            return parsed.GetValue(files.From) is not null ? run.AnswerFileAsync(parsed, cancellationToken)
                : options.Instruction.Length > 0 ? run.AnswerAsync(parsed, cancellationToken)
                : isSample ? run.AnswerSamplesAsync(parsed, cancellationToken)
                : throw new UsageException(
                    $"{(host.IsCluster(parsed) ? "--cluster" : "--config")} asks a panel something: give an INSTRUCTION, or records with --from");
        });
        return verb;
    }
}
