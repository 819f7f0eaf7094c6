namespace LLMBlender.Inference.Checkpoints.Torch;

/// <summary>The location of a validated tensor's elements in the file.</summary>
/// <param name="Offset">The file offset of the first element.</param>
/// <param name="Strides">Elements from one index to the next, per dimension.</param>
/// <param name="Extent">Bytes from the first element to the end of the last.</param>
internal sealed record TensorLayout(long Offset, long[] Strides, long Extent)
{
    /// <summary>The number of elements spanned in memory from the first to the last, inclusive; null if it exceeds 63 bits.</summary>
    public static long? Span(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides)
    {
        Int128 last = 0;
        for (var i = 0; i < shape.Length; i++)
        {
            if (shape[i] == 0)
            {
                return 0;
            }

            last += (Int128)(shape[i] - 1) * strides[i];
            if (last >= long.MaxValue)
            {
                return null;
            }
        }

        return (long)last + 1;
    }

    /// <summary>Whether elements are contiguous in row-major order.</summary>
    public bool IsContiguous(ReadOnlySpan<long> shape)
    {
        var stride = 1L;
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            if (shape[i] != 1 && Strides[i] != stride && Extent > 0)
            {
                return false;
            }

            stride *= shape[i];
        }

        return true;
    }
}
