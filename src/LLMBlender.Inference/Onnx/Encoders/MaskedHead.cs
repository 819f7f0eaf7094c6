namespace LLMBlender.Inference.Onnx.Encoders;

/// <summary>
/// A masked language model's head (transformers' <c>…ForMaskedLM</c>): E·norm(gelu(dense(h))) + bias, E the word embedding.
/// </summary>
/// <param name="Dense">The dense layer's name.</param>
/// <param name="Norm">The norm's name.</param>
/// <param name="Bias">The bias's name.</param>
internal sealed record MaskedHead(string Dense, string Norm, string Bias)
{
    /// <summary>The quantised copy of the embedding that the product uses at int8.</summary>
    public const string Decoder = "llmblender.masked.decoder";

    public static MaskedHead OfBert { get; } =
        new("cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm", "cls.predictions.bias");
}
