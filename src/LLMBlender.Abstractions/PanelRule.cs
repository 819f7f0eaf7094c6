namespace LLMBlender.Abstractions;

/// <summary>When a panel accepts the best of its answers, and what was measured of its choices.</summary>
[GenerateSerializer, Immutable, Alias("LLMBlender.PanelRule")]
public sealed record PanelRule
{
    private const double Least = 1e-6;

    /// <summary>The confidence from which a choice is accepted; infinite to accept none, null if the panel has no such rule.</summary>
    [Id(0)]
    public double? Threshold { get; init; }

    /// <summary>The ranker that was calibrated; null without a calibration.</summary>
    [Id(1)]
    public string? Ranker { get; init; }

    /// <summary>The calibration by stage; empty without one.</summary>
    [Id(2)]
    public PanelRuleStage[] Stages { get; init; } = [];

    /// <summary>Whether there is a calibration.</summary>
    public bool IsCalibrated => Stages.Length > 0;

    /// <summary>
    /// The probability that the choice among answers is right. It was measured of the answers of the first stages together, and says nothing about others.
    /// </summary>
    /// <param name="models">The names of the members whose answers they are.</param>
    /// <param name="confidence">The ranker's own confidence; null for none.</param>
    /// <returns>Null if the answers are not those of the first stages, or the ranker has no confidence.</returns>
    public double? Confidence(IReadOnlyCollection<string?> models, double? confidence)
    {
        ArgumentNullException.ThrowIfNull(models);
        var asked = new HashSet<string?>();
        foreach (var stage in Stages)
        {
            asked.UnionWith(stage.Members);
            if (asked.Count == models.Count && asked.SetEquals(models))
            {
                return Probability(stage, models.Count, confidence);
            }
        }

        return null;
    }

    // Platt's calibration; a stage with a single answer has a probability of its own.
    private static double? Probability(PanelRuleStage stage, int answers, double? confidence) =>
        stage.Slope is not { } slope ? (answers == 1 ? Sigmoid(stage.Offset) : null)
        : confidence is { } own ? Sigmoid((slope * Logit(Math.Clamp(own, Least, 1 - Least))) + stage.Offset)
        : null;

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double Logit(double p) => Math.Log(p / (1 - p));
}

/// <summary>What was measured of a panel's choices after a stage.</summary>
/// <param name="Members">The names of the answers that the stage adds.</param>
/// <param name="Slope">The slope of the calibration; null for a stage with a single answer.</param>
/// <param name="Offset">The offset.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.PanelRuleStage")]
public sealed record PanelRuleStage([property: Id(0)] string[] Members, [property: Id(1)] double? Slope, [property: Id(2)] double Offset);
