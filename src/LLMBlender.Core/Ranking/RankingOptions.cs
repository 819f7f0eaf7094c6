namespace LLMBlender.Core.Ranking;

/// <summary>How candidates are ranked: by an aggregation, or against a reference.</summary>
/// <param name="Aggregation">One of <see cref="RankingEngines.Names"/>; null for the default, or if a reference is used.</param>
/// <param name="ReferenceMode">One of <see cref="Ranking.ReferenceMode.Names"/>: selects a candidate as the reference.</param>
/// <param name="Reference">A separate text as the reference.</param>
public sealed record RankingOptions(string? Aggregation = null, string? ReferenceMode = null, string? Reference = null)
{
    /// <summary>The invalid field and the reason; null if the options are valid.</summary>
    /// <param name="candidateCount">N.</param>
    public (string Field, string Problem)? Problem(int candidateCount)
    {
        if (Aggregation is not null && !RankingEngines.Names.Contains(Aggregation))
        {
            return ("aggregate", $"\"aggregate\" is \"{Aggregation}\", and must be one of {string.Join(", ", RankingEngines.Names)}");
        }

        if (ReferenceMode is not null && !Ranking.ReferenceMode.Names.Contains(ReferenceMode))
        {
            return (
                "reference_mode",
                $"\"reference_mode\" is \"{ReferenceMode}\", and must be one of {string.Join(", ", Ranking.ReferenceMode.Names)}");
        }

        if (new[] { Aggregation, ReferenceMode, Reference }.Count(static option => option is not null) > 1)
        {
            return ("reference", "\"aggregate\", \"reference_mode\" and \"reference\" exclude each other: give one of them");
        }

        return Reference is not null && candidateCount >= ComparisonMatrix.MaxCandidates
            ? ("candidates", $"\"candidates\" lists {candidateCount}, and with a \"reference\" must list at most {ComparisonMatrix.MaxCandidates - 1}")
            : null;
    }

    /// <summary>
    /// Creates an engine, and the texts that its pairs refer to: the candidates, followed by the reference if it is a separate text.
    /// </summary>
    /// <exception cref="ArgumentException">The options are invalid; see <see cref="Problem"/>.</exception>
    public (RankingEngine Engine, string[] Texts) Begin(string[] candidates)
    {
        if (Problem(candidates.Length) is { } problem)
        {
            throw new ArgumentException(problem.Problem);
        }

        if (Reference is not null)
        {
            return (AgainstReference.Other(candidates.Length), [.. candidates, Reference]);
        }

        RankingEngine engine = ReferenceMode is not null
            ? AgainstReference.OneOf(candidates.Length, Ranking.ReferenceMode.Choose(ReferenceMode, candidates))
            : RankingEngines.Create(Aggregation ?? RankingEngines.Default, candidates.Length);
        return (engine, candidates);
    }
}
