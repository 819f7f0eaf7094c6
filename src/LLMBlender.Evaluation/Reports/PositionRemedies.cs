using LLMBlender.Core.Ranking;

namespace LLMBlender.Evaluation.Reports;

/// <summary>What each aggregation does about a ranker that favours who stands first.</summary>
internal static class PositionRemedies
{
    /// <summary>In a sentence.</summary>
    public static string Of(string aggregation) => aggregation switch
    {
        MaxLogits.Aggregation => "subtracts both orders of every pair: what one side gains everywhere cancels exactly",
        MaxWins.Aggregation => "counts both orders: a verdict that turns gives each candidate one win, a draw",
        BubbleSort.Aggregation => "decides each step by the sum of both orders; the line's own order still decides whom it asks",
        BubbleSort.BestAlone => "the same in one pass: the fewest comparisons, and no order but the best",
        Adaptive.Aggregation => "estimates one side's gain with the scores, so that one order of a pair can do; asks the other where in doubt",
        _ => "nothing: shown to tell what both orders are for",
    };
}
