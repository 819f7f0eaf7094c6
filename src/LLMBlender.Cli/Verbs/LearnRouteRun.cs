using System.Globalization;
using System.Text;
using LLMBlender.Core.Routing;
using LLMBlender.Evaluation.Routing;
using LLMBlender.Evaluation.Staging;
using LLMBlender.Inference.Models;
using LLMBlender.Local.Panels;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary>Fits and writes a route, and reports what it saves and costs.</summary>
/// <param name="questions">The questions.</param>
/// <param name="ranker">The ranker's manifest.</param>
/// <param name="file">The name of the questions' file.</param>
/// <param name="judge">The score that is measured; null for the ranker's own preference.</param>
internal sealed class LearnRouteRun(RoutedQuestion[] questions, ModelManifest ranker, string file, string? judge)
{
    /// <summary>Writes the files and the report.</summary>
    /// <exception cref="UsageException">The ranker has no temperature, there are too few questions, or a file can't be written.</exception>
    public void Write(OutputFile to, OutputFile? plot, Func<RouteReport, RouteModel, RouteFile> content, bool isJson, Terminal terminal)
    {
        var temperature = ranker.Calibration?.Temperature
            ?? throw new UsageException($"the ranker {ranker.Id} has no temperature: calibrate it with judged pairs first (llmblender calibrate)");
        try
        {
            var report = RouteReport.Of(questions, temperature);
            var route = content(report, RouteFit.Of(questions, temperature));
            Save(to, route.ToUtf8());
            if (plot is not null)
            {
                Save(plot, Encoding.UTF8.GetBytes(StagingPlot.Page(
                    FormattableString.Invariant($"{report.Questions} questions of {Path.GetFileName(file)}, {Measure}, ranked by {ranker.Id}, asked by a route learned on as many others"),
                    Array.ConvertAll(report.Points, Plotted),
                    Plotted(report.All))));
            }

            if (isJson)
            {
                using var output = RecordOutput.At(to: null, terminal.Out);
                output.Write(json => RouteReportJson.Write(json, report, route));
            }
            else
            {
                using var output = new StreamWriter(terminal.Out, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
                output.WriteLine(Describe(to, report, route));
            }
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

    private string Measure => judge is null ? "by the ranker's own preference" : $"judged by {judge}";

    private static StagingPoint Plotted(RoutePoint point) => new(point.Keep, point.Calls, point.Calls, point.Score, point.Rank, 1, 0);

    private static void Save(OutputFile file, byte[] content)
    {
        file.Stream.Write(content);
        file.Complete();
    }

    private string Describe(OutputFile to, RouteReport report, RouteFile route)
    {
        var text = new StringBuilder();
        Line($"{to}: learned on {questions.Length} questions of {file}; keeps {route.Keep:0.00}, explores {route.Explore:0.00}, new members {route.ExploreUnknown:0.00}");
        Line($"effective number of members: {report.EffectiveMembers:0.0} of {report.Members.Length}");
        foreach (var (member, best) in report.Members)
        {
            Line($"  best with probability {best:0.00}: {member}");
        }

        foreach (var warning in report.Warnings())
        {
            Line($"warning: {warning}");
        }

        Line($"on {report.Questions} questions, by a route learned on the others, {Measure}");
        Line($"keep   calls   score    rank   always the same members: calls   score    rank");
        foreach (var (point, same) in report.Points.Zip(report.Fixed))
        {
            Line($"{point.Keep,4:0.00}  {point.Calls,6:P0}  {point.Score,6:0.0000}  {point.Rank,6:0.00}  {same.Calls,31:P0}  {same.Score,6:0.0000}  {same.Rank,6:0.00}");
        }

        return text.ToString().TrimEnd();

        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
    }
}
