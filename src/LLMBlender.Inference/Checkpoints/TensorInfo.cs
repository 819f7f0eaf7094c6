using System.Collections.Immutable;

namespace LLMBlender.Inference.Checkpoints;

/// <summary>The metadata of one tensor in a checkpoint.</summary>
/// <param name="Name">Its name in the state dict, such as <c>encoder.layer.0.output.dense.weight</c>.</param>
/// <param name="Type">The type of its stored elements.</param>
/// <param name="Shape">Its dimensions, outermost first, each 0 or more; empty for a scalar.</param>
public sealed record TensorInfo(string Name, TensorType Type, ImmutableArray<long> Shape)
{
    /// <summary>The product of the dimensions: 1 for a scalar.</summary>
    /// <exception cref="OverflowException">The product is over 2⁶³-1; this does not occur for a tensor from a checkpoint.</exception>
    public long ElementCount
    {
        get
        {
            var count = 1L;
            foreach (var dimension in Shape)
            {
                count = checked(count * dimension);
            }

            return count;
        }
    }

    /// <summary>Bytes of all elements as stored.</summary>
    /// <exception cref="OverflowException">The product is over 2⁶³-1; this does not occur for a tensor from a checkpoint.</exception>
    public long ByteCount => checked(ElementCount * Type.ElementSize());

    /// <summary>Equal name, type and dimensions.</summary>
    public bool Equals(TensorInfo? other) =>
        other is not null && Name == other.Name && Type == other.Type
        && Shape.AsSpan().SequenceEqual(other.Shape.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Type, Shape.Length);

    /// <summary>For example <c>'pooler.weight' (BFloat16 [64, 64])</c>.</summary>
    public override string ToString() => $"{Quote.Of(Name)} ({Type} [{string.Join(", ", Shape)}])";

    /// <summary>Validates a type and dimensions from a file: no negative dimension, and a byte count of at most 63 bits.</summary>
    /// <returns>The violated rule; null if there is none.</returns>
    internal static string? Problem(TensorType type, ReadOnlySpan<long> shape)
    {
        UInt128 bytes = (uint)type.ElementSize();
        foreach (var dimension in shape)
        {
            if (dimension < 0)
            {
                return $"has a dimension of {dimension}, and dimensions are 0 or more";
            }

            bytes *= (ulong)dimension;
            if (bytes > long.MaxValue)
            {
                return $"has the shape [{string.Join(", ", shape.ToArray())}], more bytes than 63 bits can count";
            }
        }

        return null;
    }
}
