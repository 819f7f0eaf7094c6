namespace LLMBlender.Core.Evaluation;

/// <summary>Metrics of the words and characters common to two texts.</summary>
public static class TextMetrics
{
    /// <summary>ROUGE-1's F1 over stems, from 0 to 1.</summary>
    public static IQualityMetric Rouge1 { get; } = new TextMetric("rouge1", static (text, reference) => RougeN.Score(text, reference, 1, stem: true));

    /// <summary>ROUGE-2's F1 over stems, from 0 to 1.</summary>
    public static IQualityMetric Rouge2 { get; } = new TextMetric("rouge2", static (text, reference) => RougeN.Score(text, reference, 2, stem: true));

    /// <summary>ROUGE-L's F1 over stems, from 0 to 1.</summary>
    public static IQualityMetric RougeL { get; } = new TextMetric("rougeL", static (text, reference) => Evaluation.RougeL.Score(text, reference, stem: true));

    /// <summary>Summary-level ROUGE-L's F1 over stems and lines, from 0 to 1.</summary>
    public static IQualityMetric RougeLSum { get; } = new TextMetric("rougeLsum", static (text, reference) => Evaluation.RougeLSum.Score(text, reference, stem: true));

    /// <summary>Sentence BLEU, from 0 to 100.</summary>
    public static IQualityMetric Bleu { get; } = new TextMetric("bleu", Evaluation.Bleu.Score);

    /// <summary>chrF, from 0 to 100.</summary>
    public static IQualityMetric ChrF { get; } = new TextMetric("chrf", Evaluation.ChrF.Score);

    private sealed class TextMetric(string name, Func<string, string, double> score) : IQualityMetric
    {
        public string Name => name;

        public double[] Score(string source, string reference, IReadOnlyList<string> candidates) =>
            [.. candidates.Select(candidate => score(candidate, reference))];
    }
}
