using LLMBlender.Core.Ranking;

namespace LLMBlender.Core.Fusion;

/// <summary>
/// Compares a fused answer with the best candidate in both orders and rejects it if it loses, so that by the ranker's own judgement a blend
/// is never worse than its best member.
/// </summary>
public static class FusionGuard
{
    /// <summary>The index of the fused answer among the two compared texts.</summary>
    public const int Fused = 0;

    /// <summary>The index of the best candidate.</summary>
    public const int Best = 1;

    private static readonly CandidatePair[] BothOrders = [new(Fused, Best), new(Best, Fused)];

    /// <summary>The comparisons to make.</summary>
    public static ReadOnlySpan<CandidatePair> Pairs => BothOrders;

    /// <summary>The margin of the fused answer over both orders: M[fused, best] − M[best, fused].</summary>
    public static double Margin(float fusedFirst, float bestFirst) => (double)fusedFirst - bestFirst;

    /// <summary>Whether a fused answer with this margin is accepted: it must not lose; NaN does not pass.</summary>
    public static bool Passes(double margin) => margin >= 0;
}
