using System.CommandLine;
using LLMBlender.Abstractions;
using LLMBlender.Cli.Panels;
using LLMBlender.Local.Panels;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>blend</c>: blends many answers into one.</summary>
internal static class BlendVerb
{
    private const string Details = """
        With an INSTRUCTION, asks the models that you already have, ranks their answers and fuses the best: model servers on this
        machine (Ollama on port 11434, LM Studio on 1234, vLLM on 8000, llama.cpp on 8080, or what OLLAMA_HOST and OPENAI_BASE_URL
        name), and otherwise the providers whose keys are in the environment (OPENAI_API_KEY, ANTHROPIC_API_KEY, OPENROUTER_API_KEY
        and others). --panel local or --panel providers selects one of both. A terminal shows the answers as they arrive, the ranking
        and the answer; a pipe gets the answer alone. 'llmblender init' writes these models to a configuration.
        Without arguments, blends the records of the sample panel (six members, 18 instructions) and shows the steps. --panel sample
        asks it one of these instructions, and it answers them where no models are found.
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
          llmblender blend "Why is the sky blue?"
          llmblender blend --panel sample "Compare induction and gas cooktops for a home kitchen."
          llmblender blend --from candidates.jsonl --to answers.jsonl --fuser models/genfuser
          llmblender blend "Name three uses of a brick." --config panels.json --panel best-of-five
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("blend", "Ask several models, rank their answers and blend the best into one.", Details);
        var instruction = new Argument<string?>("INSTRUCTION")
        {
            Description = "The question or task for the panel.",
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
        var panel = new Option<string?>("--panel") { HelpName = "NAME", Description = "The panel: local, providers or sample, or one of the configuration's; by default the first." };
        verb.Options.Add(panel);
        var host = new HostArguments(verb, terminal, ranker, fuser);
        verb.Validators.Add(result =>
        {
            if (result.GetValue(files.From) is not null && result.GetValue(instruction) is not null)
            {
                result.AddError("INSTRUCTION and --from exclude each other: give one or the other");
            }

            if (result.GetValue(input) is not null && result.GetValue(instruction) is null)
            {
                result.AddError("--input belongs to an INSTRUCTION, and there is none");
            }
        });
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            var isConfigured = host.IsConfigured(parsed) || host.IsCluster(parsed);
            var (text, named) = (parsed.GetValue(instruction) ?? "", parsed.GetValue(panel));
            var isOwn = !isConfigured && (text.Length > 0 || named is not null);
            var own = isConfigured ? null : isOwn ? await OwnPanels.FindAsync(text, named, terminal.Variable, cancellationToken) : OwnPanels.Sample();
            var givenFuser = fuser.Given(parsed);
            var options = new BlendRequest
            {
                Instruction = text,
                Input = parsed.GetValue(input),
                Panel = named,
                Ranker = ranker.Given(parsed) is { } judge && own?.Registry.HasRanker(judge) != false ? judge : null,
                Aggregation = parsed.GetResult(aggregation) is { Implicit: false } ? parsed.GetValue(aggregation) : null,
                Fuser = isConfigured || (givenFuser is not null && own!.Registry.FindBackend(givenFuser) is not null) ? givenFuser : null,
                TopK = fuser.GivenTopK(parsed),
                WithoutGuard = parsed.GetValue(noGuard),
            };
            var run = new BlendRun(terminal, files, options, parsed.GetValue(json))
            {
                IsSample = own?.IsSample ?? false,
                Note = own?.Note,
                UsesLoadedFuser = own is not null && givenFuser is not null && options.Fuser is null,
                RankerOf = name => host.RankerOf(parsed, name),
                FuserOf = name => host.FuserOf(parsed, name),
                Open = () => host.OpenAsync(parsed, cancellationToken, own?.Registry),
            };
            return parsed.GetValue(files.From) is not null ? await run.AnswerFileAsync(parsed, cancellationToken)
                : text.Length > 0 ? await run.AnswerAsync(parsed, cancellationToken)
                : !isConfigured && named is null or PanelRegistryBuilder.SamplePanel ? await run.AnswerSamplesAsync(parsed, cancellationToken)
                : throw new UsageException(
                    $"{(host.IsCluster(parsed) ? "--cluster" : isConfigured ? "--config" : "--panel")} asks a panel something: give an INSTRUCTION, or records with --from");
        });
        return verb;
    }
}
