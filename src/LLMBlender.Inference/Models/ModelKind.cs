namespace LLMBlender.Inference.Models;

/// <summary>What a model folder's model does, as manifests spell it.</summary>
public static class ModelKind
{
    /// <summary>Compares two candidates for a source: a PairRanker.</summary>
    public const string PairRanker = "pair-ranker";

    /// <summary>Writes a text for a text: a T5, such as a GenFuser.</summary>
    public const string GenFuser = "gen-fuser";

    /// <summary>Gives hidden states only.</summary>
    public const string Encoder = "encoder";

    /// <summary>Gives a text, or two together, a number for each of its labels: a reward model, or BLEURT.</summary>
    public const string Classifier = "sequence-classifier";

    /// <summary>Scores a candidate read together with its source, by several labels: in the manner of SummaReranker.</summary>
    public const string SummaReranker = "summareranker";

    /// <summary>Scores a candidate by the cosine of its own encoding and its source's: in the manner of SimCLS.</summary>
    public const string SimCls = "simcls";

    /// <summary>Gives a text's pseudo-log-likelihood by masking one token after another: for MLM-Scoring.</summary>
    public const string MlmScorer = "mlm-scorer";

    /// <summary>Gives a text's log-likelihood after another: a BART, for BARTScore.</summary>
    public const string Likelihood = "likelihood";

    /// <summary>What an encoder's checkpoint can be imported as.</summary>
    public static readonly IReadOnlyList<string> OfEncoders = [Encoder, Classifier, SummaReranker, SimCls, MlmScorer];
}
