using LLMBlender.Inference.Onnx;

namespace LLMBlender.Inference.Models;

/// <summary>What import needs to know of a checkpoint, whatever its layout.</summary>
/// <param name="Config">The encoder's shape.</param>
/// <param name="Prefix">What precedes the encoder's tensor names.</param>
/// <param name="VocabularyRows">Rows that the word embedding must have.</param>
/// <param name="Head">The ranker's part; null for an encoder by itself.</param>
/// <param name="Origin">The folder and layout it comes from.</param>
/// <param name="ConfigJson">The config to keep beside the weights, in the PairRM-hf layout for a ranker.</param>
internal sealed record CheckpointParts(
    DebertaConfig Config, string Prefix, int VocabularyRows, RankerParts? Head, string Origin, byte[] ConfigJson);

/// <summary>What makes an encoder a ranker.</summary>
internal sealed record RankerParts(int Tasks, int SourceMaxLength, int CandidateMaxLength, RankerTokens Tokens);
