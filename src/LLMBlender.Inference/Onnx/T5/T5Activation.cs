namespace LLMBlender.Inference.Onnx.T5;

/// <summary>The activation of a T5's feed-forward layer.</summary>
internal enum T5Activation
{
    /// <summary>max(x, 0), as in v1.0.</summary>
    Relu,

    /// <summary>x·Φ(x), with the error function.</summary>
    Gelu,

    /// <summary>GELU by its tanh approximation, as in v1.1 and Flan.</summary>
    TanhGelu,

    /// <summary>x·σ(x).</summary>
    Silu,
}
