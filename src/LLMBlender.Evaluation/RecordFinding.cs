namespace LLMBlender.Evaluation;

/// <summary>What was computed for a record: all that takes time, and is never computed twice.</summary>
/// <param name="Matrix">The pair ranker's logits of every ordered pair.</param>
/// <param name="Metrics">By metric, each candidate's score.</param>
/// <param name="Rankers">By ranker, what it said.</param>
/// <param name="Blend">The blend's answer.</param>
internal sealed record RecordFinding(
    float[,] Matrix, IReadOnlyDictionary<string, double[]> Metrics, IReadOnlyDictionary<string, RankerFinding> Rankers, BlendFinding Blend);

/// <summary>What a ranker said of a record.</summary>
/// <param name="Scores">Each candidate's score.</param>
/// <param name="Matrix">Its verdict on every ordered pair; null where it looks at one candidate at a time.</param>
internal sealed record RankerFinding(double[] Scores, float[,]? Matrix);

/// <summary>What a blend gave.</summary>
/// <param name="IsFused">Whether that is a text of the fuser's own.</param>
/// <param name="Text">The text; null where it is the best candidate's.</param>
/// <param name="Margin">By how much the fused text wins against the best candidate; null where they were not compared.</param>
/// <param name="Metrics">By metric, its score; empty where it is the best candidate.</param>
internal sealed record BlendFinding(bool IsFused, string? Text, double? Margin, IReadOnlyDictionary<string, double> Metrics);
