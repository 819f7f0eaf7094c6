namespace LLMBlender.Benchmarks.Cells;

/// <summary>What one cell has done.</summary>
/// <param name="Blends">Blends done a second: λ of Little's law.</param>
/// <param name="Comparisons">Comparisons computed a second.</param>
/// <param name="Accelerators">Utilization of the accelerators, from 0 to 1.</param>
/// <param name="Redis">Utilization of Redis' thread.</param>
/// <param name="Silos">Utilization of the silos that blend, of one processor each.</param>
/// <param name="InProgress">The mean number of blends in progress: L.</param>
/// <param name="MeanBlend">The mean seconds of a blend: W.</param>
/// <param name="Rankings">Seconds of each ranking, in ascending order.</param>
internal sealed record CellOutcome(
    double Blends, double Comparisons, double Accelerators, double Redis, double Silos, double InProgress, double MeanBlend, double[] Rankings)
{
    /// <summary>The seconds that a share of the rankings did not exceed.</summary>
    public double Ranking(double share) => Rankings.Length == 0 ? 0 : Rankings[Math.Min(Rankings.Length - 1, (int)(share * Rankings.Length))];
}
