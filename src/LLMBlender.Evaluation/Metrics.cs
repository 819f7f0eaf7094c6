using LLMBlender.Core.Evaluation;
using LLMBlender.Evaluation.Models;
using LLMBlender.Records;

namespace LLMBlender.Evaluation;

/// <summary>The registry of quality metrics by name; new metrics are registered only here.</summary>
public static class Metrics
{
    // The argument of a model-based metric is its model, after a colon: bertscore:FOLDER.
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

    /// <summary>The metrics if none are given.</summary>
    public static IReadOnlyList<string> Default { get; } = ["rouge1", "rouge2", "rougeL", "bleu", "chrf"];

    /// <summary>The names with descriptions, for help texts.</summary>
    public static string Listed => Registered.Listed;

    /// <summary>Creates a metric.</summary>
    /// <param name="spelling"><c>NAME</c>, or <c>NAME:ARGUMENT</c> for one that takes an argument.</param>
    /// <param name="setup">The services that it is created with.</param>
    /// <exception cref="UsageException">The name is unknown, or lacks its argument.</exception>
    public static IQualityMetric Create(string spelling, EvaluationSetup setup) => Registered.Create(spelling, setup);
}
