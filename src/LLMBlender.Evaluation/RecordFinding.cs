namespace LLMBlender.Evaluation;

/// <summary>The values computed for a record; stored in the work file so that they are computed only once.</summary>
/// <param name="Matrix">The pair ranker's logits of every ordered pair.</param>
/// <param name="Metrics">Each candidate's score by metric.</param>
/// <param name="Rankers">The result of each ranker by name.</param>
/// <param name="Blend">The blend's result.</param>
internal sealed record RecordFinding(
    float[,] Matrix, IReadOnlyDictionary<string, double[]> Metrics, IReadOnlyDictionary<string, RankerFinding> Rankers, BlendFinding Blend);

/// <summary>A ranker's result for a record.</summary>
/// <param name="Scores">Each candidate's score.</param>
/// <param name="Matrix">Its verdict on every ordered pair; null if it scores candidates independently.</param>
internal sealed record RankerFinding(double[] Scores, float[,]? Matrix);

/// <summary>A blend's result for a record.</summary>
/// <param name="IsFused">Whether the answer is the fuser's text.</param>
/// <param name="Text">The fused text; null if the answer is the best candidate.</param>
/// <param name="Margin">The margin of the fused text over the best candidate; null if they were not compared.</param>
/// <param name="Metrics">Its score by metric; empty if the answer is the best candidate.</param>
internal sealed record BlendFinding(bool IsFused, string? Text, double? Margin, IReadOnlyDictionary<string, double> Metrics);
