using System.Globalization;
using LLMBlender.Core.Evaluation;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Evaluation.Reports;

/// <summary>
/// Measures the ranker's confidence in its choices: how often choices of similar confidence are best, and how good the most confident
/// ones are.
/// </summary>
internal sealed class ConfidenceRows
{
    private const double BinWidth = 0.1;

    private static readonly double[] Coverages = [1, 0.8, 0.6, 0.4, 0.2];

    private readonly double[] confidences;
    private readonly double[] right;
    private readonly double[] quality;
    private readonly Bootstrap bootstrap;

    /// <param name="rankings">Each record's ranking by the full matrix under max-logits.</param>
    /// <param name="judgeRanks">The candidates' ranks by the ranking criterion; empty if it does not rank a record.</param>
    /// <param name="quality">The ranking criterion's value of a record's candidate.</param>
    /// <param name="temperature">The ranker's temperature, above 0.</param>
    /// <param name="bootstrap">Computes the confidence intervals.</param>
    public ConfidenceRows(CandidateRanking[] rankings, int[][] judgeRanks, Func<int, int, double> quality, double temperature, Bootstrap bootstrap)
    {
        this.bootstrap = bootstrap;

        // A score of max-logits is twice the mean advantage in logits. A record of one candidate has no choice.
        confidences = [.. rankings.Select((ranking, r) => ranking.Scores.Length < 2 || judgeRanks[r].Length == 0
            ? double.NaN
            : ChoiceConfidence.Of(Array.ConvertAll(ranking.Scores, static score => score / 2), ranking.Best, temperature))];
        right = [.. rankings.Select((ranking, r) => double.IsNaN(confidences[r]) ? double.NaN : judgeRanks[r][ranking.Best] == 1 ? 1 : 0)];
        this.quality = [.. rankings.Select((ranking, r) => double.IsNaN(confidences[r]) ? double.NaN : quality(r, ranking.Best))];
    }

    /// <summary>The mean difference between confidence and share of best choices over ten bins, from 0 to 1; null without choices.</summary>
    public double? ExpectedCalibrationError => Known.Count == 0 ? null : Reliability.Of(Known).ExpectedCalibrationError;

    private List<(double Confidence, double Right)> Known => [.. confidences.Zip(right).Where(static choice => !double.IsNaN(choice.First))];

    /// <summary>The reliability curve: a row for each tenth of confidence that has choices, the lowest first.</summary>
    public IReadOnlyList<ReliabilityRow> Bins() =>
    [
        .. Enumerable.Range(0, 10).Select(bin => (bin, Of: (Func<double[], Interval>)(values => Mean(values, r => Math.Clamp((int)(confidences[r] / BinWidth), 0, 9) == bin))))
            .Select(one => new ReliabilityRow(
                string.Create(CultureInfo.InvariantCulture, $"{one.bin * BinWidth:0.0} to {(one.bin + 1) * BinWidth:0.0}"), one.Of(confidences), one.Of(right)))
            .Where(static row => row.Confidence.IsThere),
    ];

    /// <summary>The choices that a threshold of confidence accepts, for several shares of all records.</summary>
    public IReadOnlyList<CoverageRow> Covered()
    {
        double[] sorted = [.. confidences.Where(static confidence => !double.IsNaN(confidence)).OrderDescending()];
        return sorted.Length == 0 ? [] : [.. Coverages.Select(coverage =>
        {
            var threshold = sorted[Math.Max(0, (int)Math.Round(coverage * sorted.Length) - 1)];
            return new CoverageRow(
                string.Create(CultureInfo.InvariantCulture, $"{100 * coverage:0} %"),
                threshold,
                Mean(right, r => confidences[r] >= threshold),
                Mean(quality, r => confidences[r] >= threshold));
        })];
    }

    private Interval Mean(double[] values, Func<int, bool> counts) => bootstrap.Mean([.. values.Select((value, r) => counts(r) ? value : double.NaN)]);
}
