using System.CommandLine;
using System.CommandLine.Parsing;
using LLMBlender.Cli.Models;
using LLMBlender.Cli.Panels;
using LLMBlender.Cli.Show;
using LLMBlender.Core.Evaluation;
using LLMBlender.Evaluation;
using LLMBlender.Evaluation.Models;
using LLMBlender.Evaluation.Reports;
using LLMBlender.Evaluation.Runs;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>evaluate</c>: computes the paper's tables for a file.</summary>
internal static class EvaluateVerb
{
    /// <summary>The default seed, as in the reference implementation.</summary>
    private const int DefaultSeed = 42;

    private static readonly string[] Deciding = ["--source-max-length", "--candidate-max-length", "--beams", "--max-new-tokens", "--no-guard"];

    private static readonly string Details = $$$"""
        Each line of --from is a MixInstruct record; a file whose name ends in .gz is decompressed:
          {"id": …, "instruction": "…", "input": "…", "output": "…", "candidates": [{"model", "text", "decoding_method"?,
           "scores"?: {NAME: number}}, …], "cmp_results"?: "{\"modelA,modelB\": \"A is better|B is better|Same good|Same bad\"}"}
        Every candidate is scored against "output", and every pair is compared in both orders. The report contains the paper's tables:
        the rows are models, oracles, rankers, the pair ranker under each aggregation and the blend; the columns are the metrics, the
        file's scores and, by a judge, rank, wins-or-ties and top-k. Further tables contain the agreement of rankers and metrics with
        the judge, position bias, and the cost of the aggregations. The report begins with whether
        the ranker's choice is better than the best single model, by differences paired record by record. All values have 95 % bootstrap intervals. The judge is the file's
        cmp_results, or with --judge a score that the file contains for every candidate.

        Metrics:
        {{{Metrics.Listed}}}
        Rankers:
        {{{Rankers.Listed}}}

        Completed work is stored in --work, by default beside the first report, and a stopped run resumes from it; the default file is
        deleted at the end. A failed record is reported and skipped, and the exit code is 1.

        Examples:
          llmblender evaluate --from test.jsonl --html report.html
          llmblender evaluate --from candidates.jsonl.gz --judge gpt4turbo_win_prob --markdown tables.md --work run.work
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("evaluate", "Evaluate models, rankers and the blend on a file: the paper's tables.", Details);
        var from = new Option<string>("--from") { HelpName = "F", Description = "The JSON Lines file to read, one record a line.", Required = true };
        verb.Options.Add(from);
        var metrics = List("--metrics", "M,…", $"Metrics to compute, or none. [default: {string.Join(',', Metrics.Default)}]");
        var rankers = List("--rankers", "R,…", $"Rankers to evaluate beside the pair ranker, or none. [default: {string.Join(',', Rankers.Default)}]");
        var judge = new Option<string?>("--judge")
        {
            HelpName = "J",
            Description = $"{EvaluationPlan.FromVerdicts}, or a score of the file that replaces a judge. [default: {EvaluationPlan.FromVerdicts} if the file contains them]",
        };
        var against = List("--against", "X,…", "The models to count wins or ties against. [default: the two best]");
        var seed = Numbers.AtLeast("--seed", 0, $"Seed of random sampling. [default: {DefaultSeed}]");
        var resamples = Numbers.AtLeast("--resamples", 1, $"Resamples of the bootstrap. [default: {Bootstrap.DefaultResamples}]");
        var markdown = Output("--markdown", "Markdown");
        var json = Output("--json", "JSON, in full precision");
        var html = Output("--html", "one HTML file with plots, sortable tables and the records");
        var csv = Output("--csv", "CSV, one value a line");
        var latex = Output("--latex", "LaTeX tables");
        var work = new Option<string?>("--work") { HelpName = "F", Description = "The file that stores completed work, from which a stopped run resumes." };
        var config = new Option<string?>("--config") { HelpName = "FILE", Description = "The configuration file with the scorers, and the backends of judges, among the rankers, in the format of serve." };
        foreach (var option in new Option[] { metrics, rankers, judge, against, seed, resamples, markdown, json, html, csv, latex, work, config })
        {
            verb.Options.Add(option);
        }

        var ranker = new RankerArguments(verb);
        var fuser = new FuserArguments(verb, withLengths: false);
        var noGuard = new Option<bool>("--no-guard") { Description = "Evaluate the fused answer as the blend even if the ranker prefers the best candidate." };
        verb.Options.Add(noGuard);
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            var files = new ReportFiles(parsed.GetValue(markdown), parsed.GetValue(json), parsed.GetValue(html), parsed.GetValue(csv), parsed.GetValue(latex));
            var evaluator = new Evaluator(new RunConsole(terminal), parsed.GetValue(from)!, files, parsed.GetValue(work), report =>
                new TerminalReport(ConsoleOutput.Create(terminal.Out, terminal.OutIsTerminal, terminal)).Write(report), parsed.GetValue(config));
            using var plan = Plan(
                new EvaluationSetup(new ModelSearch(terminal).FindModel, ranker.Device.Read(parsed), (ulong)(parsed.GetValue(seed) ?? DefaultSeed), parsed.GetValue(config) is { } file ? (file, PanelFile.PanelSources) : null),
                Given(parsed, metrics) ?? [.. Metrics.Default],
                Given(parsed, rankers) ?? [.. Rankers.Default],
                parsed.GetValue(judge),
                Given(parsed, against) ?? [],
                parsed.GetValue(resamples) ?? Bootstrap.DefaultResamples);
            var blend = new BlendOptions(fuser.TopK(parsed), !parsed.GetValue(noGuard));
            return await evaluator.RunAsync(plan, Load, blend, Options(parsed), cancellationToken) ? ExitCode.Done : ExitCode.SomeFailed;

            EvaluatedModels Load()
            {
                var model = ranker.Load(parsed, terminal);
                try
                {
                    return new EvaluatedModels(model, fuser.Load(parsed, terminal, ranker.Device.Read(parsed)));
                }
                catch
                {
                    model.Dispose();
                    throw;
                }
            }
        });
        return verb;

        Option<string?> Output(string name, string what) => new(name) { HelpName = "F", Description = $"Also write the report as {what}; - is standard output." };
    }

    // The given options that affect the findings.
    private static string Options(ParseResult parsed) => string.Join(' ', Deciding
        .Where(name => parsed.GetResult(name) is OptionResult { Implicit: false })
        .Select(name => $"{name} {string.Join(' ', parsed.GetResult(name)!.Tokens.Select(static token => token.Value))}".TrimEnd()));

    // An option that is absent has an empty list as its value.
    private static string[]? Given(ParseResult parsed, Option<string[]?> option) =>
        parsed.GetResult(option) is null ? null : parsed.GetValue(option);

    private static EvaluationPlan Plan(
        EvaluationSetup setup, string[] metrics, string[] rankers, string? judge, string[] against, int resamples)
    {
        var measures = Array.ConvertAll(metrics, metric => Metrics.Create(metric, setup));
        var others = Array.ConvertAll(rankers, ranker => Rankers.Create(ranker, setup));
        return new EvaluationPlan(measures, others, judge, against, setup.Seed, resamples)
        {
            Spelt = string.Join(' ', [.. metrics, "|", .. rankers, .. setup.Taken.Select(static model => $"[{model}]")]),
        };
    }

    /// <summary>An option with a list of values, comma-separated or repeated; <c>none</c> is an empty list.</summary>
    internal static Option<string[]?> List(string name, string help, string description) => new(name)
    {
        HelpName = help,
        Description = description,
        CustomParser = static result => result.Tokens is [{ Value: "none" }]
            ? []
            : [.. result.Tokens.SelectMany(static token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct()],
    };
}
