using System.Text;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Reports;

/// <summary>The outputs of a report: a terminal and the given files; <c>-</c> is standard output.</summary>
/// <param name="Markdown">A Markdown file.</param>
/// <param name="Json">A JSON file.</param>
/// <param name="Html">An HTML file.</param>
/// <param name="Csv">A CSV file.</param>
/// <param name="Latex">A LaTeX file.</param>
public sealed record ReportFiles(string? Markdown, string? Json, string? Html, string? Csv = null, string? Latex = null)
{
    private const string StandardOutput = "-";

    private IEnumerable<(string Option, string? File, Func<EvaluationReport, string> Write)> All =>
    [
        ("--markdown", Markdown, MarkdownReport.Write), ("--json", Json, JsonReport.Write), ("--html", Html, HtmlReport.Write),
        ("--csv", Csv, CsvReport.Write), ("--latex", Latex, LatexReport.Write),
    ];

    /// <summary>The first file; null if there is none.</summary>
    public string? First => All.Select(static one => one.File).FirstOrDefault(static file => file is not (null or StandardOutput));

    /// <summary>Whether a report shows the records' texts.</summary>
    public bool ShowsRecords => Html is not null;

    /// <summary>Validates the paths before the evaluation starts.</summary>
    /// <param name="others">The other files of the evaluation, none of which a report may replace.</param>
    /// <param name="standardOutput">Standard output.</param>
    /// <exception cref="UsageException">A file can't be written, or is another file of the evaluation.</exception>
    public void Check(IEnumerable<RunFile> others, Stream standardOutput)
    {
        if (All.Count(static one => one.File == StandardOutput) > 1)
        {
            throw new UsageException("two reports go to standard output: only one can");
        }

        List<RunFile> taken = [.. others];
        OutputFile.RequireStandardOutput(standardOutput, taken);
        foreach (var (option, file, _) in All)
        {
            if (file is null or StandardOutput)
            {
                continue;
            }

            var parent = Path.GetDirectoryName(Path.GetFullPath(file));
            if (Directory.Exists(file) || (parent is not null && !Directory.Exists(parent)))
            {
                throw new UsageException($"{option} {file}: must be a file in a folder that exists");
            }

            OutputFile.Require(option, file, taken);
            taken.AddRange(RunFile.Written(option, file));
        }
    }

    /// <summary>Writes the report to all outputs.</summary>
    /// <param name="report">The report.</param>
    /// <param name="standardOutput">Standard output.</param>
    /// <param name="show">Displays the report; called if no file is standard output.</param>
    /// <exception cref="UsageException">A file can't be written.</exception>
    public void Write(EvaluationReport report, Stream standardOutput, Action<EvaluationReport> show)
    {
        foreach (var (option, file, write) in All)
        {
            if (file == StandardOutput)
            {
                standardOutput.Write(Encoding.UTF8.GetBytes(write(report)));
            }
            else if (file is not null)
            {
                Save(option, file, write(report));
            }
        }

        // Last, so that a reader of standard output who leaves early loses no file.
        if (All.All(static one => one.File != StandardOutput))
        {
            show(report);
        }
    }

    private static void Save(string option, string file, string text)
    {
        try
        {
            using var output = OutputFile.Prepare(option, file, []);
            output.Stream.Write(Encoding.UTF8.GetBytes(text));
            output.Complete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{option} {file}: can't be written: {e.Message}", e);
        }
    }
}
