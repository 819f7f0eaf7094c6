using LLMBlender.Core.Evaluation;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Evaluation.Reports;

/// <summary>Selects comparison matrices as examples.</summary>
internal static class MatrixExamples
{
    private const int MostCandidates = 24;

    /// <summary>
    /// The records with the clearest and the closest best candidate, and the one with most verdicts turned by the order;
    /// duplicates are removed.
    /// </summary>
    /// <param name="records">The records.</param>
    /// <param name="rankings">Their rankings by the full matrix.</param>
    public static IReadOnlyList<MatrixExample> Of(IReadOnlyList<EvaluatedRecord> records, CandidateRanking[] rankings)
    {
        int[] several = [.. Enumerable.Range(0, records.Count).Where(r => records[r].Models.Length is > 1 and <= MostCandidates)];
        if (several.Length == 0)
        {
            return [];
        }

        double Lead(int r) => rankings[r].Scores[rankings[r].Order[0]] - rankings[r].Scores[rankings[r].Order[1]];
        double Turned(int r) => PositionBias.Of(records[r].Finding.Matrix).Turned;
        return
        [
            .. new[] { ("the clearest best", several.MaxBy(Lead)), ("the closest best", several.MinBy(Lead)), ("most verdicts turned by the order", several.MaxBy(Turned)) }
                .DistinctBy(static one => one.Item2).Select(one => Example(one.Item1, records[one.Item2], rankings[one.Item2].Order)),
        ];
    }

    /// <summary>A matrix with rows and columns in another order.</summary>
    public static float[,] Ordered(float[,] matrix, int[] order)
    {
        var ordered = new float[order.Length, order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            for (var j = 0; j < order.Length; j++)
            {
                ordered[i, j] = matrix[order[i], order[j]];
            }
        }

        return ordered;
    }

    private static MatrixExample Example(string why, EvaluatedRecord record, int[] order) => new(
        why, record.Id.Text, record.Title, [.. order.Select(i => record.Models[i])], Ordered(record.Finding.Matrix, order));
}
