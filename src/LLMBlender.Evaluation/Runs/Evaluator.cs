using System.Globalization;
using System.Text;
using System.Text.Json;
using LLMBlender.Evaluation.Reports;
using LLMBlender.Local;
using LLMBlender.Local.Comparing;
using LLMBlender.Local.Fusion;
using LLMBlender.Local.Panels;
using LLMBlender.Local.Telemetry;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Runs;

/// <summary>Runs an evaluation from file to reports.</summary>
/// <param name="console">Standard streams and progress.</param>
/// <param name="from">The file.</param>
/// <param name="files">The outputs of the report.</param>
/// <param name="work">The given work file; null for the default beside the first report, if there is one.</param>
/// <param name="show">Displays the report; called if no file is standard output.</param>
/// <param name="config">The configuration file, which no report may replace; null for none.</param>
public sealed class Evaluator(
    IRunConsole console, string from, ReportFiles files, string? work, Action<EvaluationReport> show, string? config = null)
{
    /// <summary>Wraps the ranker; benchmarks use it for measurements.</summary>
    internal Func<IPairRanker, IPairRanker> Wrap { get; init; } = static ranker => ranker;

    /// <summary>Runs the evaluation.</summary>
    /// <param name="plan">The settings of the evaluation.</param>
    /// <param name="load">Loads ranker and fuser; called after the files are opened.</param>
    /// <param name="blend">The blend settings.</param>
    /// <param name="options">Options of ranker and fuser, which are part of the run's identity.</param>
    /// <param name="cancellationToken">Cancels the run; completed work stays in the work file.</param>
    /// <returns>Whether no record failed.</returns>
    public async Task<bool> RunAsync(
        EvaluationPlan plan, Func<EvaluatedModels> load, BlendOptions blend, string options, CancellationToken cancellationToken)
    {
        RequireDistinct(plan);
        RunFile[] read = [.. RunFile.Read("--from", from), .. RunFile.Read("--config", config)];
        files.Check([.. read, .. RunFile.Written("--work", WorkPath)], console.Output);
        if (WorkPath is { } journalPath)
        {
            WorkFile.Check(journalPath, read);
        }

        var data = EvaluationData.Open(from);
        using var models = load();
        var facts = Facts(plan, data, models, blend, options);
        var known = new Dictionary<long, RecordFinding>();
        using var journal = OpenWork(facts, known);
        var (records, failures) = await EvaluateAsync(plan, data, models, blend, known, journal, cancellationToken);
        if (records.Count == 0)
        {
            throw new UsageException($"--from {from}: there is no record in it that can be evaluated");
        }

        var maker = new ReportMaker(
            plan, records, models.Ranker.Manifest.Id, models.Writes ? models.Fuser.Name : null, models.Ranker.Manifest.Calibration?.Temperature);
        facts.Add(("records", records.Count.ToString(CultureInfo.InvariantCulture)));
        facts.Add(("skipped", failures.ToString(CultureInfo.InvariantCulture)));
        files.Write(maker.Make(facts), console.Output, show);
        if (work is null && failures == 0)
        {
            journal?.Delete();
        }

        return failures == 0;
    }

    private async Task<(IReadOnlyList<EvaluatedRecord> Records, int Failures)> EvaluateAsync(
        EvaluationPlan plan,
        EvaluationData data,
        EvaluatedModels models,
        BlendOptions blend,
        Dictionary<long, RecordFinding> known,
        WorkFile? journal,
        CancellationToken cancellationToken)
    {
        using var input = RecordInput.Open(from, console.Input, cancellationToken);
        using var metrics = new BlendMetrics();

        // The models are owned and disposed by <c>models</c>.
        var ranker = KeyValuePair.Create(models.Ranker.Manifest.Id, Wrap(models.Ranker));
        var blender = new LocalBlender(new LocalModels([ranker], FuserRegistry.Of([models.Fuser])), new PanelRegistry(), metrics);
        IReadOnlyList<EvaluatedRecord> records = [];
        var failures = 0;
        await console.WatchAsync(data.Lines, async progress =>
        {
            using var run = new EvaluationRun(plan, blender, blend, progress, files.ShowsRecords ? RecordBrowser.MostRecords : 0);
            records = await run.RunAsync(
                EvaluationData.Read(input, plan.Metrics.Count > 0),
                known,
                (place, finding) => journal?.Append(json =>
                {
                    json.WriteNumber("line", place.Line);
                    place.Id?.Write(json);
                    FindingJson.Write(json, finding);
                }),
                cancellationToken);
            failures = run.Failures;
        });
        return (records, failures);
    }

    private string? WorkPath => work ?? (files.First is { } first ? first + ".work" : null);

    private WorkFile? OpenWork(IEnumerable<(string Name, string Value)> facts, Dictionary<long, RecordFinding> known)
    {
        return WorkPath is not { } path ? null : WorkFile.Open(path, Identity(facts), step => known[step.GetProperty("line").GetInt64()] = FindingJson.Read(step));
    }

    // The settings that findings depend on; settings that only affect the tables may change between runs.
    private static string Identity(IEnumerable<(string Name, string Value)> facts)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (name, value) in facts.Where(static fact => fact.Name is not ("data" or "resamples" or "judge")))
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private List<(string Name, string Value)> Facts(
        EvaluationPlan plan, EvaluationData data, EvaluatedModels models, BlendOptions blend, string options)
    {
        var ranker = models.Ranker.Manifest;
        var fuser = (models.Fuser as ModelFuser)?.Manifest;
        return
        [
            ("llmblender", ProductVersion.Text),
            ("data", Path.GetFileName(from)),
            ("data hash", data.Hash),
            ("ranker", $"{ranker.Id} {ranker.Precision} {ranker.TensorHash}"),
            ("fuser", fuser is null ? models.Fuser.Name : $"{fuser.Id} {fuser.Precision} {fuser.TensorHash} top-k {blend.TopK}"),
            ("options", options.Length > 0 ? options : "none"),
            ("measured", plan.Spelt),
            ("judge", plan.Judge ?? EvaluationPlan.FromVerdicts),
            ("seed", plan.Seed.ToString(CultureInfo.InvariantCulture)),
            ("resamples", plan.Resamples.ToString(CultureInfo.InvariantCulture)),
        ];
    }

    private static void RequireDistinct(EvaluationPlan plan)
    {
        foreach (var names in new[] { plan.Metrics.Select(static metric => metric.Name), plan.Rankers.Select(static ranker => ranker.Name) })
        {
            if (names.GroupBy(static name => name).FirstOrDefault(static group => group.Count() > 1) is { } twice)
            {
                throw new UsageException($"\"{twice.Key}\" is asked for twice, and names must differ");
            }
        }
    }
}
