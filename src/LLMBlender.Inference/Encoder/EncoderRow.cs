using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Inference.Encoder;

/// <summary>An input row for a head.</summary>
/// <param name="Row">The encoder's input.</param>
/// <param name="Position">The position that the head reads.</param>
/// <param name="Target">The token whose probability is computed; masked language models only.</param>
internal readonly record struct EncoderRow(TokenRow Row, int Position = 0, int Target = 0);
