using LLMBlender.Core.Evaluation;
using LLMBlender.Evaluation.Models;
using LLMBlender.Records;

namespace LLMBlender.Evaluation;

/// <summary>The quality metrics by name; a new one is registered here and nowhere else.</summary>
public static class Metrics
{
    // A model-based metric takes its model after a colon: bertscore:FOLDER.
    private static readonly NamedMakers<IQualityMetric> Registered = new(
        "metric",
        new("rouge1", "ROUGE-1 of stemmed words, F1 from 0 to 1", static (_, _) => TextMetrics.Rouge1),
        new("rouge2", "ROUGE-2 of stemmed words, F1 from 0 to 1", static (_, _) => TextMetrics.Rouge2),
        new("rougeL", "ROUGE-L of stemmed words, F1 from 0 to 1", static (_, _) => TextMetrics.RougeL),
        new("rougeLsum", "ROUGE-L over the lines of a text, stemmed, F1 from 0 to 1", static (_, _) => TextMetrics.RougeLSum),
        new("bleu", "sentence BLEU as sacreBLEU's, from 0 to 100", static (_, _) => TextMetrics.Bleu),
        new("chrf", "chrF as sacreBLEU's, from 0 to 100", static (_, _) => TextMetrics.ChrF),
        new("bertscore", "BERTScore's F1 over an encoder; also +layer=N +idf=FILE +baseline=FILE", BertScoreMetric.Make, "MODEL"),
        new("bartscore", "BARTScore: mean log-likelihood of the reference after the candidate", BartScoreMetric.Make, "MODEL"),
        new("bleurt", "BLEURT: a classifier of reference and candidate", BleurtMetric.Make, "MODEL"));

    /// <summary>What is measured where nobody says what.</summary>
    public static IReadOnlyList<string> Default { get; } = ["rouge1", "rouge2", "rougeL", "bleu", "chrf"];

    /// <summary>The names with what they are, for help.</summary>
    public static string Listed => Registered.Listed;

    /// <summary>Makes a metric.</summary>
    /// <param name="spelling"><c>NAME</c>, or <c>NAME:ARGUMENT</c> for one that takes an argument.</param>
    /// <param name="setup">What it is made with.</param>
    /// <exception cref="UsageException">The name is not known, or lacks an argument.</exception>
    public static IQualityMetric Create(string spelling, EvaluationSetup setup) => Registered.Create(spelling, setup);
}
