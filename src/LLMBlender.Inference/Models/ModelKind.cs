namespace LLMBlender.Inference.Models;

/// <summary>The kinds of models, as named in manifests.</summary>
public static class ModelKind
{
    /// <summary>Compares two candidates for a source: a PairRanker.</summary>
    public const string PairRanker = "pair-ranker";

    /// <summary>Generates text from text: a T5, such as a GenFuser.</summary>
    public const string GenFuser = "gen-fuser";

    /// <summary>Returns hidden states only.</summary>
    public const string Encoder = "encoder";

    /// <summary>Returns a logit for each label of a text or a text pair: a reward model, or BLEURT.</summary>
    public const string Classifier = "sequence-classifier";

    /// <summary>Scores a candidate together with its source, by several labels, as in SummaReranker.</summary>
    public const string SummaReranker = "summareranker";

    /// <summary>Scores a candidate by the cosine of its embedding and its source's, as in SimCLS.</summary>
    public const string SimCls = "simcls";

    /// <summary>Returns a text's pseudo-log-likelihood by masking one token after another: for MLM-Scoring.</summary>
    public const string MlmScorer = "mlm-scorer";

    /// <summary>Returns a text's log-likelihood given another: a BART, for BARTScore.</summary>
    public const string Likelihood = "likelihood";

    /// <summary>The kinds that an encoder's checkpoint can be imported as.</summary>
    public static readonly IReadOnlyList<string> OfEncoders = [Encoder, Classifier, SummaReranker, SimCls, MlmScorer];
}
