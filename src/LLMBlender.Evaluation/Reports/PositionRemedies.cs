using LLMBlender.Core.Ranking;

namespace LLMBlender.Evaluation.Reports;

/// <summary>Describes how each aggregation handles position bias.</summary>
internal static class PositionRemedies
{
    /// <summary>Returns the description.</summary>
    public static string Of(string aggregation) => aggregation switch
    {
        MaxLogits.Aggregation => "subtracts both orders of every pair: a constant position bias cancels exactly",
        MaxWins.Aggregation => "counts both orders: a verdict that changes with the order gives each candidate one win",
        BubbleSort.Aggregation => "decides each step by the sum of both orders; the candidates' order determines the pairs compared",
        BubbleSort.BestAlone => "the same in one pass: the fewest comparisons; only the best candidate is determined",
        Adaptive.Aggregation => "estimates the position bias with the scores, so that one order of a pair can suffice; compares the other if uncertain",
        Adaptive.BestAlone => "the same until the best candidate is settled; the order of the others is not",
        _ => "no correction: a baseline for both orders",
    };
}
