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
}
