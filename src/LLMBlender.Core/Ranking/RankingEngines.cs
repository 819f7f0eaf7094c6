namespace LLMBlender.Core.Ranking;

/// <summary>The aggregations by name; new aggregations are registered here.</summary>
public static class RankingEngines
{
    /// <summary>The default aggregation: the paper's best and the reference's only one.</summary>
    public const string Default = MaxLogits.Aggregation;

    private static readonly (string Name, bool PlacesAll, Func<int, RankingEngine> Create)[] Registered =
    [
        (MaxLogits.Aggregation, true, static count => new MaxLogits(count)),
        (MaxWins.Aggregation, true, static count => new MaxWins(count)),
        (BubbleSort.Aggregation, true, static count => BubbleSort.WholeOrder(count)),
        (Adaptive.Aggregation, true, static count => new Adaptive(count)),
        (Adaptive.BestAlone, false, static count => Adaptive.Best(count)),
        (BubbleSort.BestAlone, false, static count => BubbleSort.Best(count)),
        (BubbleSort.WorstAlone, false, static count => BubbleSort.Worst(count)),
    ];

    /// <summary>The names accepted by <see cref="Create"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = Array.ConvertAll(Registered, static entry => entry.Name);

    /// <summary>The <see cref="Names"/> whose whole order is meaningful, and not only the best or the worst.</summary>
    public static IReadOnlyList<string> Orders { get; } = [.. Registered.Where(static entry => entry.PlacesAll).Select(static entry => entry.Name)];

    /// <summary>
    /// Returns whether an aggregation may compare every ordered pair, or decides over all of them, at once.
    /// </summary>
    public static bool MayCompareAll(string aggregation) => aggregation is MaxLogits.Aggregation or MaxWins.Aggregation or Adaptive.Aggregation or Adaptive.BestAlone;

    /// <summary>Creates an engine.</summary>
    /// <param name="aggregation">One of <see cref="Names"/>; case-sensitive.</param>
    /// <param name="candidateCount">N, from 1 to <see cref="ComparisonMatrix.MaxCandidates"/>.</param>
    /// <exception cref="ArgumentException">The name is unknown; the message lists the known ones.</exception>
    /// <exception cref="ArgumentOutOfRangeException">N is outside its range.</exception>
    public static RankingEngine Create(string aggregation, int candidateCount)
    {
        foreach (var (name, _, create) in Registered)
        {
            if (name == aggregation)
            {
                return create(candidateCount);
            }
        }

        throw new ArgumentException(
            $"aggregation '{aggregation}' is not known; known are {string.Join(", ", Names)}", nameof(aggregation));
    }
}
