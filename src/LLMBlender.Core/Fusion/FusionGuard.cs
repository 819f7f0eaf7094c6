using LLMBlender.Core.Ranking;

namespace LLMBlender.Core.Fusion;

/// <summary>
/// Compares a fused answer with the best candidate, in both orders: what loses is not given, so that by the ranker's own
/// judgement a blend is never worse than its best member.
/// </summary>
public static class FusionGuard
{
    /// <summary>The place of the fused answer among the two that are compared.</summary>
    public const int Fused = 0;

    /// <summary>The place of the best candidate.</summary>
    public const int Best = 1;

    private static readonly CandidatePair[] BothOrders = [new(Fused, Best), new(Best, Fused)];

    /// <summary>The comparisons to make.</summary>
    public static ReadOnlySpan<CandidatePair> Pairs => BothOrders;

    /// <summary>By how much the fused answer wins, both orders together: M[fused, best] − M[best, fused].</summary>
    public static double Margin(float fusedFirst, float bestFirst) => (double)fusedFirst - bestFirst;

    /// <summary>Whether a fused answer with this margin is given: it must not lose. No number is no win.</summary>
    public static bool Passes(double margin) => margin >= 0;
}
