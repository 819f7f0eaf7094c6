using System.Globalization;
using System.Text;

namespace LLMBlender.Training.Evaluation;

/// <summary>The tables of a model's README, made of findings and put between two marks.</summary>
internal static class FigureTables
{
    private const string Begin = "<!-- figures -->";
    private const string End = "<!-- /figures -->";
    private const string Accuracy = "accuracy";
    private const string LongerAccuracy = "accuracy of the longer one";
    private const string Pairwise = "pairwise accuracy, ";
    private const string Score = "judge's score, ";
    private const string Rank = "judge's rank, ";

    /// <summary>Replaces the tables in a Markdown file.</summary>
    /// <exception cref="Data.DataException">The file can't be read, or has no marks.</exception>
    public static void Replace(string file, IReadOnlyList<Finding> findings)
    {
        string text;
        try
        {
            text = File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Data.DataException($"{file}: can't be read: {e.Message}", e);
        }

        int from = text.IndexOf(Begin, StringComparison.Ordinal);
        int to = text.IndexOf(End, StringComparison.Ordinal);
        if (from < 0 || to < from)
        {
            throw new Data.DataException($"{file}: must have the lines {Begin} and {End}, between which the figures stand");
        }

        File.WriteAllText(file, $"{text[..from]}{Begin}\n{Write(findings)}{text[to..]}");
    }

    /// <summary>The tables as Markdown, with 95 % intervals.</summary>
    public static string Write(IReadOnlyList<Finding> findings)
    {
        var text = new StringBuilder();
        foreach (var data in findings.GroupBy(finding => (finding.Data, IsPairs: IsOfPairs(finding))).OrderBy(data => data.Key.IsPairs))
        {
            Finding[] all = [.. data];
            text.Append(CultureInfo.InvariantCulture, $"\n**{data.Key.Data}**, {all.Max(finding => finding.Estimate.Count):N0} {(data.Key.IsPairs ? "pairs" : "sets")}\n\n");
            Action<Finding[], StringBuilder> write = data.Key.IsPairs ? Pairs : Sets;
            write(all, text);
        }

        Weaknesses(findings, text);
        return text.Append('\n').ToString();
    }

    private static void Sets(Finding[] all, StringBuilder text)
    {
        text.Append("| who chooses | judge's score of the chosen | its rank | pairs ordered as the judge does |\n|---|---|---|---|\n");
        foreach (string who in all.Where(finding => finding.Part == "all").Select(finding => Chooser(finding.Metric)).OfType<string>().Distinct())
        {
            text.Append(CultureInfo.InvariantCulture, $"| {who} | {Cell(all, Score + who, "0.000")} | {Cell(all, Rank + who, "0.00")} | {Cell(all, Pairwise + who, null)} |\n");
        }

        text.Append("\n| difference, paired by set | |\n|---|---|\n");
        foreach (var (_, _, metric, estimate) in all.Where(finding => finding.Metric.Contains(" less ", StringComparison.Ordinal)))
        {
            string form = metric.StartsWith(Rank, StringComparison.Ordinal) ? "+0.00;-0.00;0.00" : "+0.000;-0.000;0.000";
            text.Append(CultureInfo.InvariantCulture, $"| {metric} | {Shown(estimate, metric.StartsWith("pairwise", StringComparison.Ordinal) ? null : form)} |\n");
        }

        foreach (var (_, _, metric, estimate) in all.Where(finding => finding.Metric.StartsWith("same choice", StringComparison.Ordinal)))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {metric} | {Shown(estimate, null)} |\n");
        }

        text.Append("\n| part | rank of the ranker's choice | of the longest | pairs ordered by the ranker | by length |\n|---|---|---|---|---|\n");
        foreach (string part in all.Select(finding => finding.Part).Where(part => part != "all").Distinct())
        {
            Finding[] own = [.. all.Where(finding => finding.Part == part)];
            string Of(string metric, string? form) => own.FirstOrDefault(finding => finding.Metric == metric) is { } finding ? Shown(finding.Estimate, form) : "";
            text.Append(CultureInfo.InvariantCulture, $"| {part} | {Of(Rank + "ranker", "0.00")} | {Of(Rank + "longest", "0.00")} | {Of(Pairwise + "ranker", null)} | {Of(Pairwise + "longest", null)} |\n");
        }
    }

    private static void Pairs(Finding[] all, StringBuilder text)
    {
        Finding[] ranked = [.. all.Where(finding => finding.Metric == Accuracy)];
        text.Append("| part | right | the longer one | pairs |\n|---|---|---|---|\n");
        foreach (var (_, part, _, estimate) in ranked)
        {
            string longer = all.FirstOrDefault(finding => finding.Part == part && finding.Metric == LongerAccuracy) is { } beside ? Shown(beside.Estimate, null) : "";
            text.Append(CultureInfo.InvariantCulture, $"| {part} | {Shown(estimate, null)} | {longer} | {estimate.Count:N0} |\n");
        }
    }

    // Where the longer answer predicts better, judged by the estimates; in bold where the intervals do not overlap.
    private static void Weaknesses(IReadOnlyList<Finding> findings, StringBuilder text)
    {
        var worse = new List<string>();
        foreach (var (data, part, metric, estimate) in findings)
        {
            string? other = metric == Accuracy ? LongerAccuracy : metric == Pairwise + "ranker" ? Pairwise + "longest" : null;
            if (other is null || findings.FirstOrDefault(finding => finding.Data == data && finding.Part == part && finding.Metric == other) is not { } longer
                || longer.Estimate.Value <= estimate.Value)
            {
                continue;
            }

            string where = $"{data}, {part}";
            worse.Add(longer.Estimate.Low > estimate.High ? $"**{where}**" : where);
        }

        text.Append(worse.Count == 0
            ? "\nNowhere above does the longer answer predict better than the ranker.\n"
            : $"\nThe longer answer predicts better than the ranker in: {string.Join("; ", worse)} (bold: beyond both intervals).\n");
    }

    private static bool IsOfPairs(Finding finding) => finding.Metric.StartsWith(Accuracy, StringComparison.Ordinal);

    private static string? Chooser(string metric) =>
        metric.StartsWith(Score, StringComparison.Ordinal) && !metric.Contains(" less ", StringComparison.Ordinal) ? metric[Score.Length..] : null;

    private static string Cell(Finding[] all, string metric, string? form) =>
        all.FirstOrDefault(finding => finding.Part == "all" && finding.Metric == metric) is { } finding ? Shown(finding.Estimate, form) : "";

    // Without a form, a share in percent.
    private static string Shown(Estimate estimate, string? form)
    {
        string Number(double value) => form is null
            ? (100 * value).ToString("0.0", CultureInfo.InvariantCulture)
            : value.ToString(form, CultureInfo.InvariantCulture);
        return $"{Number(estimate.Value)}{(form is null ? " %" : "")} [{Number(estimate.Low)}, {Number(estimate.High)}]";
    }
}
