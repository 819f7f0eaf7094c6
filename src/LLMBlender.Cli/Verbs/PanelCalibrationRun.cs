using System.Globalization;
using System.Text;
using System.Text.Json;
using LLMBlender.Core.Blending;
using LLMBlender.Core.Evaluation;
using LLMBlender.Evaluation.Staging;
using LLMBlender.Local.Comparing;
using LLMBlender.Local.Panels;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary>Calibrates a panel on judged sets, and reports what asking in stages costs and keeps.</summary>
/// <param name="judge">The score of the candidates.</param>
/// <param name="to">The file to write.</param>
/// <param name="stages">The models by stage; null for all models of the first set at once.</param>
/// <param name="within">How far below the best a right choice's score may be.</param>
/// <param name="plot">The HTML file of the curve; null for none.</param>
internal sealed class PanelCalibrationRun(string judge, OutputFile to, string[][]? stages, double within, OutputFile? plot) : IDisposable
{
    private static readonly double[] Risks = [0.05, 0.1, 0.2, 0.3];

    private List<JudgedSet> sets = [];

    /// <inheritdoc/>
    public void Dispose()
    {
        to.Dispose();
        plot?.Dispose();
    }

    /// <summary>Reads and compares the sets.</summary>
    /// <exception cref="UsageException">A set is invalid.</exception>
    public void Compare(RecordInput input, IModelRanker ranker, IProgressDisplay progress, CancellationToken cancellationToken) =>
        sets = JudgedSetFile.Read(input, judge, ranker, progress, cancellationToken);

    /// <summary>Fits and writes the calibration, and reports it.</summary>
    /// <exception cref="UsageException">The ranker has no temperature, the sets do not serve, or a file can't be written.</exception>
    public void Write(IModelRanker ranker, string file, bool isJson, Terminal terminal)
    {
        var temperature = ranker.Manifest.Calibration?.Temperature
            ?? throw new UsageException($"the ranker {ranker.Manifest.Id} has no temperature: calibrate it with judged pairs first (without --judge)");
        try
        {
            var panel = new StagedPanel(stages ?? [[.. sets.FirstOrDefault()?.Models ?? []]], temperature, within);
            var calibration = panel.Calibrate(sets, ranker.Manifest.Id);
            Save(to, PanelCalibrationFile.Create(calibration, judge, within, Path.GetFileName(file), sets.Count).ToUtf8());
            var report = Measure(panel, calibration);
            if (plot is not null)
            {
                Save(plot, Encoding.UTF8.GetBytes(StagingPlot.Page(string.Create(CultureInfo.InvariantCulture, $"{report.Held} sets of {Path.GetFileName(file)}, judged by {judge}, ranked by {ranker.Manifest.Id}: {Stages(calibration)}"), report.Points, report.Full)));
            }

            using var output = new StreamWriter(terminal.Out, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
            output.WriteLine(isJson ? Json(calibration, report) : Describe(calibration, report, file));
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"--from {file}: {Sentences.WithoutParameter(e)}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"a file can't be written: {e.Message}", e);
        }
    }

    private static void Save(OutputFile file, byte[] content)
    {
        file.Stream.Write(content);
        file.Complete();
    }

    private Report Measure(StagedPanel panel, PanelCalibration calibration)
    {
        var held = StagedPanel.Held(sets);
        StagingPoint[] Points(PanelCalibration? by) =>
        [
            .. Enumerable.Range(0, PanelCalibration.Levels + 1)
                .Select(level => panel.Measure(held, (double)level / PanelCalibration.Levels, by))
                .DistinctBy(static point => (point.Calls, point.Coverage, point.Score)),
        ];
        return new Report(held.Count, Points(calibration), Points(null), panel.Measure(held, double.PositiveInfinity, calibration), panel.Reliability(held, calibration));
    }

    private string Describe(PanelCalibration calibration, Report report, string file)
    {
        var text = new StringBuilder();
        Line($"{to}: {sets.Count} sets of {file}, right within {within:0.####} of the best {judge}");
        foreach (var (stage, i) in calibration.Stages.Select(static (stage, i) => (stage, i)))
        {
            var fit = stage.Slope is { } slope ? $"σ({slope:0.###} · logit(confidence) {stage.Offset:+ 0.###;- 0.###})" : $"{LogisticFit.Sigmoid(stage.Offset):0.###}, one answer";
            Line($"stage {i + 1}, {string.Join(", ", stage.Members)}: probability {fit}");
        }

        Line($"on the {report.Held} sets that they are not fitted to: expected calibration error {report.Reliability.ExpectedCalibrationError:0.0000}");
        foreach (var risk in Risks)
        {
            Line(calibration.ThresholdFor(risk) is { } threshold
                ? (FormattableString)$"risk {risk:0.00}: accepted from {threshold:0.00}, {(double)calibration.Accepted[(int)Math.Round(threshold * PanelCalibration.Levels)] / report.Held:P0} of the choices"
                : $"risk {risk:0.00}: no confidence is known to keep it, and no choice is accepted");
        }

        Line($"threshold  calls   score    rank  accepted  wrong");
        Rows(report.Points);
        Line($"of the ranker's own confidence");
        Rows(report.Own);
        Line($"all members       {report.Full.Score,6:0.0000}  {report.Full.Rank,5:0.00}");
        return text.ToString().TrimEnd();

        void Rows(StagingPoint[] points)
        {
            foreach (var point in points)
            {
                Line($"{point.Threshold,9:0.00}  {point.Calls,5:P0}  {point.Score,6:0.0000}  {point.Rank,5:0.00}  {point.Coverage,8:P0}  {point.Risk,5:P0}");
            }
        }

        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
    }

    private static string Json(PanelCalibration calibration, Report report)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("ranker", calibration.Ranker);
            json.WriteNumber("held", report.Held);
            json.WriteNumber("expected_calibration_error", report.Reliability.ExpectedCalibrationError);
            json.WriteStartArray("reliability");
            foreach (var bin in report.Reliability.Bins)
            {
                json.WriteStartObject();
                json.WriteNumber("count", bin.Count);
                json.WriteNumber("confidence", bin.Confidence);
                json.WriteNumber("right", bin.Right);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("risks");
            foreach (var risk in Risks)
            {
                json.WriteStartObject();
                json.WriteNumber("risk", risk);
                if (calibration.ThresholdFor(risk) is { } threshold)
                {
                    json.WriteNumber("threshold", threshold);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("points");
            foreach (var point in report.Points)
            {
                Write(json, point);
            }

            json.WriteEndArray();
            json.WriteStartArray("own_confidence");
            foreach (var point in report.Own)
            {
                Write(json, point);
            }

            json.WriteEndArray();
            json.WritePropertyName("full");
            Write(json, report.Full with { Threshold = 1 });
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Write(Utf8JsonWriter json, StagingPoint point)
    {
        json.WriteStartObject();
        json.WriteNumber("threshold", point.Threshold);
        json.WriteNumber("calls", point.Calls);
        json.WriteNumber("score", point.Score);
        json.WriteNumber("rank", point.Rank);
        json.WriteNumber("coverage", point.Coverage);
        json.WriteNumber("risk", point.Risk);
        json.WriteEndObject();
    }

    private static string Stages(PanelCalibration calibration) => string.Join("; then ", calibration.Stages.Select(static stage => string.Join(", ", stage.Members)));

    private sealed record Report(int Held, StagingPoint[] Points, StagingPoint[] Own, StagingPoint Full, Reliability Reliability);
}
