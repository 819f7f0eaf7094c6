using LLMBlender.Inference.Onnx.Encoders;

namespace LLMBlender.Inference.Models;

/// <summary>The parts of a ranker's checkpoint that import needs, independent of its layout.</summary>
/// <param name="Family">The encoder.</param>
/// <param name="Tasks">The number of outputs of the head.</param>
/// <param name="SourceMaxLength">The maximum number of tokens in a source.</param>
/// <param name="CandidateMaxLength">The minimum number of a candidate's tokens to keep.</param>
/// <param name="Tokens">The control tokens.</param>
/// <param name="Layout">The name of the layout.</param>
/// <param name="ConfigJson">The config to write, in the PairRM-hf layout.</param>
internal sealed record CheckpointParts(
    EncoderFamily Family,
    int Tasks,
    int SourceMaxLength,
    int CandidateMaxLength,
    RankerTokens Tokens,
    string Layout,
    byte[] ConfigJson);
