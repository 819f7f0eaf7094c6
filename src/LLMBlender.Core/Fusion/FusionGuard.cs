namespace LLMBlender.Core.Fusion;

/// <summary>
/// The comparison of a fused answer with the best candidate, in both orders. The loser is not the answer, so that by the ranker's
/// judgement a blend is never worse than its best member.
/// </summary>
public static class FusionGuard
{
    /// <summary>Comparisons that the guard makes: the fused answer first, and the best candidate first.</summary>
    public const int Comparisons = 2;

    /// <summary>Whether a fused answer wins or ties: its margin M[fused, best] − M[best, fused] is at least 0. NaN does not pass.</summary>
    public static bool Passes(double margin) => margin >= 0;
}
