namespace LLMBlender.Inference.Onnx.Encoders;

/// <summary>
/// A classification head over one state per row (transformers' <c>…ForSequenceClassification</c>): out(norm(act(in(h)))).
/// </summary>
/// <param name="In">The inner layer's name.</param>
/// <param name="Activation">The operator between them.</param>
/// <param name="Out">The outer layer's name.</param>
internal sealed record ClassifierHead(string In, string Activation, string Out)
{
    /// <summary>Whether the inner layer has a bias.</summary>
    public bool HasInnerBias { get; init; } = true;

    /// <summary>The name of the norm before the outer layer; null if there is none.</summary>
    public string? Norm { get; init; }

    /// <summary>Whether the norm has a shift besides its scale.</summary>
    public bool HasNormBias { get; init; }

    /// <summary>Whether h is the mean of the states of all tokens that are not padding; if false, the first token's state.</summary>
    public bool PoolsMean { get; init; }

    /// <summary>The head's tensors.</summary>
    public IEnumerable<TensorSpec> Tensors(int hidden, int labels) =>
    [
        .. TensorSpec.Layer(In, hidden, hidden, TensorUse.Head, HasInnerBias),
        .. Norm is null ? [] : TensorSpec.Norm(Norm, hidden, TensorUse.Head, HasNormBias),
        .. TensorSpec.Layer(Out, labels, hidden, TensorUse.Head),
    ];
}
