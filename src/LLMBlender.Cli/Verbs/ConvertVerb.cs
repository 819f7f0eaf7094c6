using System.CommandLine;
using LLMBlender.Cli.Show;
using LLMBlender.Evaluation.Datasets.Preferences;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>dataset convert</c>: converts a published preference data set to records that <c>evaluate</c> reads.</summary>
internal static class ConvertVerb
{
    private const int DefaultSeed = 42;

    private static readonly string Details = $$$"""
        --from is JSON Lines or a JSON array, as the libraries of data sets export it. Its format is recognised by the fields of the first
        record, or given by --format:
        {{{ConvertRun.Formats}}}

        Each line of --to is a MixInstruct record. Its candidates are in an order drawn by --seed and the record's id, and have no model; their
        score "preference" is higher for the preferred answer. HelpSteer's ratings keep their names. A record that can't be read is
        reported and skipped, and the exit code is 1.

        Example:
          llmblender dataset convert --from reward-bench-2.jsonl --to records.jsonl
          llmblender evaluate --from records.jsonl --metrics none --html report.html
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("convert", "Convert a preference data set, such as RewardBench 2, to records that evaluate reads.", Details);
        var from = new Option<string>("--from") { HelpName = "F", Description = "The data set; - is standard input.", Required = true };
        var to = new Option<string>("--to") { HelpName = "F", Description = "The file to write the records to, as JSON Lines; - is standard output.", Required = true };
        var format = new Option<string?>("--format") { HelpName = "NAME", Description = "The data set's format; by default recognised." };
        var seed = Numbers.AtLeast("--seed", 0, $"Seed of the order of candidates. [default: {DefaultSeed}]");
        foreach (var option in new Option[] { from, to, format, seed })
        {
            verb.Options.Add(option);
        }

        verb.SetAction(async (parsed, cancellationToken) =>
        {
            var run = new ConvertRun(
                new RunConsole(terminal), parsed.GetValue(from)!, parsed.GetValue(to)!, parsed.GetValue(format), (ulong)(parsed.GetValue(seed) ?? DefaultSeed));
            return await run.RunAsync(cancellationToken) ? ExitCode.Done : ExitCode.SomeFailed;
        });
        return verb;
    }
}
