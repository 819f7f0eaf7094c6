namespace LLMBlender.Inference.Onnx;

/// <summary>What a tensor is for, which decides how a precision stores it.</summary>
internal enum TensorUse
{
    /// <summary>Embedding rows, biases and norms: as activations are.</summary>
    Plain,

    /// <summary>A dense layer's [out, in] matrix: quantised at int8.</summary>
    Dense,

    /// <summary>The head, always single.</summary>
    Head,
}

/// <summary>A tensor that a network needs: its name, row-major shape, and use.</summary>
internal sealed record TensorSpec(string Name, TensorUse Use, params long[] Shape);
