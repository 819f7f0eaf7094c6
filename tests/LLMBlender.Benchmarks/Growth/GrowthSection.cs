namespace LLMBlender.Benchmarks.Growth;

/// <summary>One thing that cost grows with.</summary>
/// <param name="Title">Its name.</param>
/// <param name="Text">What was measured.</param>
/// <param name="Charts">Its curves.</param>
internal sealed record GrowthSection(string Title, string Text, IReadOnlyList<GrowthChart> Charts);

/// <summary>Curves of one quantity.</summary>
/// <param name="Title">The quantity.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Across">What it is measured against.</param>
/// <param name="Series">A line for each build.</param>
/// <param name="IsOfBuilds">Whether its two lines are two builds.</param>
internal sealed record GrowthChart(string Title, string Unit, string Across, IReadOnlyList<CurveChart.Series> Series, bool IsOfBuilds)
{
    /// <summary>Whether less is better.</summary>
    public bool IsTime => Unit == "ms";
}
