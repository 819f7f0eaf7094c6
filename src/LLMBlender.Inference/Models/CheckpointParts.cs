using LLMBlender.Inference.Onnx.Encoders;

namespace LLMBlender.Inference.Models;

/// <summary>What import needs to know of a ranker's checkpoint, whatever its layout.</summary>
/// <param name="Family">The encoder.</param>
/// <param name="Tasks">Outputs of the head.</param>
/// <param name="SourceMaxLength">Tokens of a source at most.</param>
/// <param name="CandidateMaxLength">Tokens of a candidate at least kept.</param>
/// <param name="Tokens">The control tokens.</param>
/// <param name="Layout">What the layout is called.</param>
/// <param name="ConfigJson">The config to keep beside the weights, in the PairRM-hf layout.</param>
internal sealed record CheckpointParts(
    EncoderFamily Family,
    int Tasks,
    int SourceMaxLength,
    int CandidateMaxLength,
    RankerTokens Tokens,
    string Layout,
    byte[] ConfigJson);
