namespace LLMBlender.Inference.Onnx;

/// <summary>The use of a tensor, which determines how a precision stores it.</summary>
internal enum TensorUse
{
    /// <summary>Embedding rows and biases: stored like dense layers' inputs.</summary>
    Plain,

    /// <summary>A dense layer's [out, in] matrix: quantised at int8.</summary>
    Dense,

    /// <summary>A dense layer's matrix whose products overflow in half: single at fp16, quantised at int8.</summary>
    WideDense,

    /// <summary>An embedding: at int8 its rows are bytes with one scale each.</summary>
    Embedding,

    /// <summary>A norm, or another tensor that would overflow or lose too much accuracy in half: always single.</summary>
    Wide,

    /// <summary>A ranker's head, always single.</summary>
    Head,
}

/// <summary>A tensor that a network needs: its name, row-major shape, and use.</summary>
internal sealed record TensorSpec(string Name, TensorUse Use, params long[] Shape)
{
    /// <summary>The tensor's name in the checkpoint.</summary>
    public string From { get; init; } = Name;

    /// <summary>A dense layer's matrix and bias.</summary>
    public static TensorSpec[] Layer(string name, long output, long input, TensorUse use = TensorUse.Dense, bool bias = true) =>
    [
        new(name + ".weight", use, output, input),
        .. bias ? (TensorSpec[])[new(name + ".bias", use is TensorUse.Head ? TensorUse.Head : TensorUse.Plain, output)] : [],
    ];

    /// <summary>A norm's scale and shift.</summary>
    public static TensorSpec[] Norm(string name, long width, TensorUse use = TensorUse.Plain, bool bias = true) =>
        [new(name + ".weight", use, width), .. bias ? (TensorSpec[])[new(name + ".bias", use, width)] : []];
}
