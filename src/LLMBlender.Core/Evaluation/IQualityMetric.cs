namespace LLMBlender.Core.Evaluation;

/// <summary>Measures candidates against a reference: a metric as the tables of an evaluation print it.</summary>
public interface IQualityMetric
{
    /// <summary>How records and tables name it, such as <c>bertscore</c>.</summary>
    string Name { get; }

    /// <summary>Measures a record's candidates; higher is better, and the unit is the metric's.</summary>
    /// <param name="source">Instruction and input, for a metric that reads them.</param>
    /// <param name="reference">The answer that is known to be good.</param>
    /// <param name="candidates">The texts to measure.</param>
    /// <returns>A score for each, in the same order.</returns>
    double[] Score(string source, string reference, IReadOnlyList<string> candidates);
}
