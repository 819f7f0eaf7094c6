namespace LLMBlender.Inference.Onnx;

/// <summary>How a model's weights are stored and its dense layers computed.</summary>
public enum Precision
{
    /// <summary>IEEE single, throughout.</summary>
    Float32,

    /// <summary>IEEE half for weights and activations; layer norms and the head in single. Meant for GPUs.</summary>
    Float16,

    /// <summary>
    /// Dense weights as signed bytes, one scale an output channel; their inputs as bytes, one scale a token, so that a
    /// pair's logit does not depend on what else is in its batch. Attention and norms in single.
    /// </summary>
    Int8,
}
