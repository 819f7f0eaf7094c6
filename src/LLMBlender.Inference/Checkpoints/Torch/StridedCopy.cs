using System.Runtime.InteropServices;

namespace LLMBlender.Inference.Checkpoints.Torch;

/// <summary>Copies the elements of a strided view to contiguous memory, row-major.</summary>
internal static class StridedCopy
{
    /// <param name="source">Memory from the view's first element to its last.</param>
    /// <param name="destination">A span of the view's byte count, not empty.</param>
    /// <param name="elementSize">Bytes per element: 1, 2, 4 or 8.</param>
    /// <param name="shape">Dimensions, outermost first.</param>
    /// <param name="strides">Elements from one index to the next, per dimension.</param>
    public static void Gather(
        ReadOnlySpan<byte> source,
        Span<byte> destination,
        int elementSize,
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides)
    {
        switch (elementSize)
        {
            case 1: Gather<byte>(source, destination, shape, strides); break;
            case 2: Gather<ushort>(source, destination, shape, strides); break;
            case 4: Gather<uint>(source, destination, shape, strides); break;
            default: Gather<ulong>(source, destination, shape, strides); break;
        }
    }

    private static void Gather<T>(
        ReadOnlySpan<byte> sourceBytes,
        Span<byte> destinationBytes,
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides)
        where T : unmanaged
    {
        var source = MemoryMarshal.Cast<byte, T>(sourceBytes);
        var destination = MemoryMarshal.Cast<byte, T>(destinationBytes);
        var (inner, step) = shape is [.., var last] ? ((int)last, strides[^1]) : (1, 0);
        Span<long> index = stackalloc long[shape.Length];
        long start = 0;
        for (var done = 0; done < destination.Length; done += inner)
        {
            var at = start;
            foreach (ref var element in destination.Slice(done, inner))
            {
                element = source[(int)at];
                at += step;
            }

            start += Advance(index, shape, strides);
        }
    }

    /// <summary>Advances to the next index of all dimensions but the last; returns the distance in memory.</summary>
    private static long Advance(Span<long> index, ReadOnlySpan<long> shape, ReadOnlySpan<long> strides)
    {
        long moved = 0;
        for (var i = shape.Length - 2; i >= 0; i--)
        {
            moved += strides[i];
            if (++index[i] < shape[i])
            {
                break;
            }

            moved -= shape[i] * strides[i];
            index[i] = 0;
        }

        return moved;
    }
}
