namespace LLMBlender.Cli.Evaluation.Reports;

/// <summary>A report as one HTML file.</summary>
internal static class HtmlReport
{
    /// <summary>The document.</summary>
    public static string Write(EvaluationReport report) => MarkdownReport.Write(report);
}
