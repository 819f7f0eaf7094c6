namespace LLMBlender.Inference.Checkpoints;

/// <summary>The element type of a stored tensor; always little-endian.</summary>
#pragma warning disable CA1720 // These names are the types.
public enum TensorType
{
    Float32,
    Float16,
    BFloat16,
    Float64,
    Int64,
    Int32,
    Int16,
    Int8,
    UInt8,
    Bool,
}
