using LLMBlender.Core.Ranking;

namespace LLMBlender.Evaluation.Reports;

/// <summary>A record as a reader sees it: its texts, and its candidates in the order of the ranker.</summary>
/// <param name="Id">The record.</param>
/// <param name="Group">Its subset of the data; null if it has none.</param>
/// <param name="Instruction">The instruction.</param>
/// <param name="Input">The text that it applies to, or empty.</param>
/// <param name="Reference">The reference answer; null if there is none.</param>
/// <param name="Candidates">The candidates, the ranker's first choice first.</param>
/// <param name="Matrix">The logit of row against column, in the candidates' order.</param>
/// <param name="Fused">The fused answer; null if the answer is the best candidate.</param>
public sealed record RecordView(
    string Id, string? Group, string Instruction, string Input, string? Reference, IReadOnlyList<RecordViewCandidate> Candidates, float[,] Matrix, string? Fused)
{
    /// <summary>Creates the view of an evaluated record that kept its texts.</summary>
    /// <param name="record">The record.</param>
    /// <param name="ranking">Its ranking by the full matrix.</param>
    /// <param name="quality">The ranking criterion's value of each candidate; null if there is none.</param>
    /// <param name="ranks">The candidates' ranks by the ranking criterion; empty if it does not rank them.</param>
    internal static RecordView Of(EvaluatedRecord record, CandidateRanking ranking, double[]? quality, int[] ranks)
    {
        var (texts, order) = (record.Texts!, ranking.Order);
        return new RecordView(
            record.Id.Text,
            record.Group,
            texts.Instruction,
            texts.Input,
            texts.Reference,
            [
                .. order.Select(i => new RecordViewCandidate(
                    record.Models[i], texts.Answers[i], ranking.Scores[i], quality?[i], ranks.Length == 0 ? null : ranks[i])),
            ],
            MatrixExamples.Ordered(record.Finding.Matrix, order),
            record.Finding.Blend.Text);
    }
}

/// <summary>A candidate of a record's view.</summary>
/// <param name="Model">Its model.</param>
/// <param name="Text">Its text.</param>
/// <param name="Score">The ranker's score.</param>
/// <param name="Quality">The ranking criterion's value; null if there is none.</param>
/// <param name="Rank">The rank by the ranking criterion, from 1; null if it does not rank the record.</param>
public sealed record RecordViewCandidate(string Model, string Text, double Score, double? Quality, int? Rank);
