using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Inference.Encoder;

/// <summary>A row for a head to look at.</summary>
/// <param name="Row">What the encoder reads.</param>
/// <param name="Position">Where the head looks.</param>
/// <param name="Target">The token whose probability is asked for; a masked language model's only.</param>
internal readonly record struct EncoderRow(TokenRow Row, int Position = 0, int Target = 0);
