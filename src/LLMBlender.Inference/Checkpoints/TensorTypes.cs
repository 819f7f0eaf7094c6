namespace LLMBlender.Inference.Checkpoints;

/// <summary>Extensions of <see cref="TensorType"/>.</summary>
public static class TensorTypes
{
    /// <summary>Bytes per element: 1, 2, 4 or 8.</summary>
    public static int ElementSize(this TensorType type) => type switch
    {
        TensorType.Float64 or TensorType.Int64 => 8,
        TensorType.Float32 or TensorType.Int32 => 4,
        TensorType.Float16 or TensorType.BFloat16 or TensorType.Int16 => 2,
        TensorType.Int8 or TensorType.UInt8 or TensorType.Bool => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a tensor type"),
    };

    /// <summary>Whether elements are floating-point numbers; only these can be read as <see cref="float"/>.</summary>
    public static bool IsFloat(this TensorType type) =>
        type is TensorType.Float32 or TensorType.Float16 or TensorType.BFloat16 or TensorType.Float64;
}
