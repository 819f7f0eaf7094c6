using LLMBlender.Core.Evaluation;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Evaluation.Reports;

/// <summary>Measures the cost of the aggregations and the quality of their choices.</summary>
/// <param name="records">The records.</param>
/// <param name="held">Their rankings by the baseline aggregation.</param>
/// <param name="bootstrap">Computes the means' confidence intervals.</param>
/// <param name="quality">A candidate's quality by the ranking criterion; NaN if unknown.</param>
internal sealed class EngineRows(
    IReadOnlyList<EvaluatedRecord> records, CandidateRanking[] held, Bootstrap bootstrap, Func<int, int, double> quality)
{
    /// <summary>Returns an aggregation's row.</summary>
    /// <param name="name">The aggregation.</param>
    /// <param name="ranked">Its rankings of the records.</param>
    public EngineRow Of(string name, CandidateRanking[] ranked) => Row(name, ranked, [.. records.Select(record =>
        record.Models.Length - 1 - RecordedMatrix.Rank(RankingEngines.Create(name, record.Models.Length), RecordedMatrix.Reversed(record.Finding.Matrix)).Best)]);

    /// <summary>Returns the row of max-logits with only one order of each pair compared.</summary>
    public EngineRow OneOrder()
    {
        CandidateRanking Rank(float[,] matrix) => RecordedMatrix.Rank(new MaxLogits(matrix.GetLength(0)), RecordedMatrix.OneOrder(matrix));
        CandidateRanking[] there = [.. records.Select(record => Rank(record.Finding.Matrix))];
        return Row("one order only", there, [.. records.Select(record =>
            record.Models.Length - 1 - Rank(RecordedMatrix.Reversed(record.Finding.Matrix)).Best)], ordersAsked: 1);
    }

    private EngineRow Row(string name, CandidateRanking[] ranked, int[] reversedBest, int ordersAsked = 2)
    {
        Interval Mean(Func<int, double> value) => bootstrap.Mean([.. Enumerable.Range(0, records.Count).Select(value)]);
        double Pairs(int r) => records[r].Models.Length * (records[r].Models.Length - 1);
        double Comparisons(int r) => ranked[r].Comparisons * ordersAsked / 2.0;
        return new EngineRow(
            name,
            Mean(Comparisons),
            Mean(r => Pairs(r) == 0 ? double.NaN : Comparisons(r) / Pairs(r)),
            Mean(r => ranked[r].Rounds),
            Mean(r => ranked[r].Best == held[r].Best ? 1 : 0),
            Mean(r => ranked[r].Best == reversedBest[r] ? 0 : 1),
            Mean(r => quality(r, ranked[r].Best)),
            PositionRemedies.Of(name));
    }
}
