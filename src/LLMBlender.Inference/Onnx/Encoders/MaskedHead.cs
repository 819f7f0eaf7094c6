namespace LLMBlender.Inference.Onnx.Encoders;

/// <summary>
/// A masked language model's head (transformers' <c>…ForMaskedLM</c>): E·norm(gelu(dense(h))) + bias, E the word embedding.
/// </summary>
/// <param name="Dense">The dense layer's name.</param>
/// <param name="Norm">The norm's name.</param>
/// <param name="Bias">The bias's name; null if there is none.</param>
internal sealed record MaskedHead(string Dense, string Norm, string? Bias)
{
    /// <summary>The quantised copy of the embedding that the product uses at int8.</summary>
    public const string Decoder = "llmblender.masked.decoder";

    public static MaskedHead OfBert { get; } =
        new("cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm", "cls.predictions.bias");

    /// <summary>Whether the dense layer has a bias.</summary>
    public bool HasDenseBias { get; init; } = true;

    /// <summary>Whether the norm has a shift besides its scale.</summary>
    public bool HasNormBias { get; init; } = true;

    /// <summary>The head's tensors, without the embedding.</summary>
    /// <param name="width">Width of a word embedding's row.</param>
    /// <param name="hidden">Width of a hidden state.</param>
    /// <param name="rows">Rows of the word embedding.</param>
    public IEnumerable<TensorSpec> Tensors(int width, int hidden, int rows) =>
    [
        .. TensorSpec.Layer(Dense, width, hidden, TensorUse.Head, HasDenseBias),
        .. TensorSpec.Norm(Norm, width, TensorUse.Head, HasNormBias),
        .. Bias is null ? (TensorSpec[])[] : [new(Bias, TensorUse.Head, rows)],
    ];
}
