namespace LLMBlender.Inference.Onnx;

/// <summary>The storage type of a model's weights and the computation type of its dense layers.</summary>
public enum Precision
{
    /// <summary>IEEE single, throughout.</summary>
    Float32,

    /// <summary>
    /// IEEE half for weights and for the inputs and outputs of dense layers and attention. Where half overflows or loses too much, single: the
    /// states between layers, their sums and norms, and the head; scores are scaled before they are stored, and softmax sums in single. For GPUs.
    /// </summary>
    Float16,

    /// <summary>
    /// Dense weights as signed bytes with one scale per output channel; their inputs as bytes with one scale per token, so that a pair's
    /// logit does not depend on the rest of its batch. Attention and norms in single.
    /// </summary>
    Int8,

    /// <summary>Dense weights as signed bytes with one scale per output channel, as large as <see cref="Int8"/>; computed in single.</summary>
    Int8Weights,

    /// <summary>
    /// Dense weights as numbers of four bits with one scale for 32 inputs of an output channel, embeddings as at <see cref="Int8"/>. Their inputs are rounded to bytes, 32 at a time,
    /// so that a row does not depend on the rest of its batch. For models whose weights take longer to read from memory than to multiply: fusers and large rankers.
    /// </summary>
    Int4,
}

/// <summary>What a precision stores.</summary>
internal static class PrecisionExtensions
{
    /// <summary>Whether dense weights and embeddings are stored as integers with scales.</summary>
    public static bool StoresBytes(this Precision precision) => precision is Precision.Int8 or Precision.Int8Weights or Precision.Int4;
}
