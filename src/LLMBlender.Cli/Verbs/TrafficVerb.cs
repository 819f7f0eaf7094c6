using System.CommandLine;
using LLMBlender.Cli.Show;
using LLMBlender.Evaluation.Datasets;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>dataset from-traffic</c>: makes a data set of what a server recorded.</summary>
internal static class TrafficVerb
{
    private const string Details = """
        --from is the folder of LLMBlender:Gateway:Recording:Folder, in which gateways record the blends of panels with "Record": true, and the feedback on them
        (POST /v1/feedback).

        Each line of --to is a MixInstruct record: question, the members' answers with the ranker's scores, and its verdicts on pairs as cmp_results. Where a person
        gave feedback, the candidates have the score "feedback": 1 for the chosen one, or 1 or -1 for the one that was the answer, and 0 for the others; and an answer
        that was found good is the record's output. evaluate, learn route and calibrate --judge feedback read the file. Each line of --pairs is a
        preference by feedback, {"id", "source", "prompt", "chosen", "rejected"}, for calibrate and the trainer. A line that can't be
        read is reported and skipped, and the exit code is 1.

        Example:
          llmblender dataset from-traffic --from traffic --to records.jsonl --pairs pairs.jsonl
          llmblender learn route --from records.jsonl --to route.json
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("from-traffic", "Make a data set of the blends that a server recorded.", Details);
        var from = new Option<string>("--from") { HelpName = "FOLDER", Description = "The folder of the recorded files.", Required = true };
        var to = new Option<string>("--to") { HelpName = "F", Description = "The file to write the records to, as JSON Lines; - is standard output.", Required = true };
        var pairs = new Option<string?>("--pairs") { HelpName = "F", Description = "Also write the preferences by feedback, as JSON Lines." };
        foreach (var option in new Option[] { from, to, pairs })
        {
            verb.Options.Add(option);
        }

        verb.SetAction(async (parsed, cancellationToken) =>
        {
            var run = new TrafficRun(new RunConsole(terminal), parsed.GetValue(from)!, parsed.GetValue(to)!, parsed.GetValue(pairs));
            return await run.RunAsync(cancellationToken) ? ExitCode.Done : ExitCode.SomeFailed;
        });
        return verb;
    }
}
