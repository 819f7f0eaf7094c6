namespace LLMBlender.Core.Evaluation;

/// <summary>A metric that scores candidates against a reference, as printed in the tables of an evaluation.</summary>
public interface IQualityMetric
{
    /// <summary>The name in records and tables, such as <c>bertscore</c>.</summary>
    string Name { get; }

    /// <summary>Scores a record's candidates; higher is better, and the unit depends on the metric.</summary>
    /// <param name="source">Instruction and input, for metrics that use them.</param>
    /// <param name="reference">The reference answer.</param>
    /// <param name="candidates">The texts to score.</param>
    /// <returns>A score for each, in the same order.</returns>
    double[] Score(string source, string reference, IReadOnlyList<string> candidates);
}
