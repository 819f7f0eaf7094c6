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

/// <summary><c>evaluate</c>: the paper's tables for a file.</summary>
internal static class EvaluateVerb
{
    /// <summary>The seed where none is given, the reference's.</summary>
    private const int DefaultSeed = 42;

    private static readonly string[] Deciding = ["--source-max-length", "--candidate-max-length", "--beams", "--max-new-tokens", "--no-guard"];

    private static readonly string Details = $$$"""
        Each line of --from is a record as MixInstruct has it; a name that ends in .gz is read through gzip:
          {"id": …, "instruction": "…", "input": "…", "output": "…", "candidates": [{"model", "text", "decoding_method"?,
           "scores"?: {NAME: number}}, …], "cmp_results"?: "{\"modelA,modelB\": \"A is better|B is better|Same good|Same bad\"}"}
        Every candidate is measured against "output" and every pair compared in both orders. Then come the paper's tables: rows
        are models, oracles, rankers, the pair ranker under each aggregation and the blend; columns the metrics, the file's own
        scores, and by a judge rank, wins-or-ties and top-k; then the rankers' and metrics' agreement with the judge, position
        bias, and what the aggregations cost. All with 95 % bootstrap intervals. The judge is the file's cmp_results, or with
        --judge a score that the file has for every candidate.

        Metrics:
        {{{Metrics.Listed}}}
        Rankers:
        {{{Rankers.Listed}}}

        Work that is done is kept in --work, by default beside the first report, and a run that was stopped goes on there; the
        default one is deleted at the end. A record that fails is named and skipped, and the exit code is 1.

        Examples:
          llmblender evaluate --from test.jsonl --html report.html
          llmblender evaluate --from candidates.jsonl.gz --judge gpt4turbo_win_prob --markdown tables.md --work run.work
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("evaluate", "Measure models, rankers and the blend on a file: the paper's tables.", Details);
        var from = new Option<string>("--from") { HelpName = "F", Description = "JSON Lines to read, one record a line.", Required = true };
        verb.Options.Add(from);
        var metrics = List("--metrics", "M,…", $"What is measured, or none. [default: {string.Join(',', Metrics.Default)}]");
        var rankers = List("--rankers", "R,…", $"Who ranks beside the pair ranker, or none. [default: {string.Join(',', Rankers.Default)}]");
        var judge = new Option<string?>("--judge")
        {
            HelpName = "J",
            Description = $"{EvaluationPlan.FromVerdicts}, or the file's score that stands for a judge. [default: {EvaluationPlan.FromVerdicts} where there are some]",
        };
        var against = List("--against", "X,…", "The models that wins or ties are counted against. [default: the two best]");
        var seed = Numbers.AtLeast("--seed", 0, $"Fixes what is drawn. [default: {DefaultSeed}]");
        var resamples = Numbers.AtLeast("--resamples", 1, $"Draws of the bootstrap. [default: {Bootstrap.DefaultResamples}]");
        var markdown = Output("--markdown", "Markdown");
        var json = Output("--json", "JSON, in full precision");
        var html = Output("--html", "one HTML file with plots");
        var work = new Option<string?>("--work") { HelpName = "F", Description = "Where work that is done is kept, so that a stopped run goes on." };
        var config = new Option<string?>("--config") { HelpName = "FILE", Description = "The configuration, as serve reads it, that a judge among the rankers is in." };
        foreach (var option in new Option[] { metrics, rankers, judge, against, seed, resamples, markdown, json, html, work, config })
        {
            verb.Options.Add(option);
        }

        var ranker = new RankerArguments(verb);
        var fuser = new FuserArguments(verb, withLengths: false);
        var noGuard = new Option<bool>("--no-guard") { Description = "Let the blend be the fused answer even where the ranker finds the best candidate better." };
        verb.Options.Add(noGuard);
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            var files = new ReportFiles(parsed.GetValue(markdown), parsed.GetValue(json), parsed.GetValue(html));
            var evaluator = new Evaluator(new RunConsole(terminal), parsed.GetValue(from)!, files, parsed.GetValue(work), report =>
                new TerminalReport(ConsoleOutput.Create(terminal.Out, terminal.OutIsTerminal, terminal)).Write(report));
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
                    var (loaded, fuserModel) = fuser.Load(parsed, terminal, ranker.Device.Read(parsed));
                    return new EvaluatedModels(model, loaded, fuserModel);
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

    // Those that findings depend on, as they were given.
    private static string Options(ParseResult parsed) => string.Join(' ', Deciding
        .Where(name => parsed.GetResult(name) is OptionResult { Implicit: false })
        .Select(name => $"{name} {string.Join(' ', parsed.GetResult(name)!.Tokens.Select(static token => token.Value))}".TrimEnd()));

    // A list that isn't given has a value all the same: an empty one.
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

    /// <summary>An option that takes a list, by commas or repeated; <c>none</c> is an empty one.</summary>
    internal static Option<string[]?> List(string name, string help, string description) => new(name)
    {
        HelpName = help,
        Description = description,
        CustomParser = static result => result.Tokens is [{ Value: "none" }]
            ? []
            : [.. result.Tokens.SelectMany(static token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct()],
    };
}
