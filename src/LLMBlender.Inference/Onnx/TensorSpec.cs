namespace LLMBlender.Inference.Onnx;

/// <summary>What a tensor is for, which decides how a precision stores it.</summary>
internal enum TensorUse
{
    /// <summary>Embedding rows, biases and norms: as activations are.</summary>
    Plain,

    /// <summary>A dense layer's [out, in] matrix: quantised at int8.</summary>
    Dense,

    /// <summary>A dense layer's matrix whose products overflow in half: single at fp16, quantised at int8.</summary>
    WideDense,

    /// <summary>An embedding: at int8 its rows are bytes with a scale each.</summary>
    Embedding,

    /// <summary>What would overflow or lose too much in half: always single.</summary>
    Wide,

    /// <summary>A ranker's head, always single.</summary>
    Head,
}

/// <summary>A tensor that a network needs: its name, row-major shape, and use.</summary>
internal sealed record TensorSpec(string Name, TensorUse Use, params long[] Shape)
{
    /// <summary>The checkpoint's tensor that it is made from.</summary>
    public string From { get; init; } = Name;
}
