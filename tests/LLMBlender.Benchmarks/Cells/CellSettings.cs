namespace LLMBlender.Benchmarks.Cells;

/// <summary>One cell of a simulation, and what is asked of it. Times are seconds.</summary>
internal sealed record CellSettings
{
    /// <summary>Blends a second.</summary>
    public required double Arrivals { get; init; }

    /// <summary>The comparisons of each round of a ranking; each blend takes one of these at random.</summary>
    public required IReadOnlyList<int[]> Rankings { get; init; }

    /// <summary>Comparisons a second of one accelerator.</summary>
    public double Speed { get; init; } = 400;

    /// <summary>Accelerators.</summary>
    public int Accelerators { get; init; } = 32;

    /// <summary>Silos that blend: each knows only its own part of what an accelerator has to do.</summary>
    public int Silos { get; init; } = 4;

    /// <summary>The least comparisons of a shard: 2,048 tokens.</summary>
    public int LeastOfAShard { get; init; } = 4;

    /// <summary>The share of comparisons that memory or Redis has.</summary>
    public double Hits { get; init; }

    /// <summary>Redis' processor time for one entry read.</summary>
    public double RedisRead { get; init; } = 1.5e-6;

    /// <summary>Redis' processor time for one entry written.</summary>
    public double RedisWrite { get; init; } = 3e-6;

    /// <summary>Processor time of a silo for one comparison.</summary>
    public double Scheduling { get; init; } = 1.0 / 969_751;

    /// <summary>One way between two processes.</summary>
    public double Network { get; init; } = 0.0002;

    /// <summary>The mean time of a panel's answers, and of a fusion; both are exponential and cost the cell nothing.</summary>
    public double Members { get; init; } = 2;

    /// <summary>Simulated time before and while it is measured.</summary>
    public (double Before, double While) Time { get; init; } = (15, 15);

    /// <summary>The mean comparisons of a blend, those of its guard included.</summary>
    public double MeanComparisons => Rankings.Average(static rounds => (double)rounds.Sum()) + Cell.OfTheGuard;
}
