using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace LLMBlender.Inference.Checkpoints;

/// <summary>Converts between 32-bit floats and the bytes of the other floating-point types.</summary>
internal static class FloatConversion
{
    /// <summary>Converts stored elements to floats: exactly from 16 bits, rounded to nearest from 64.</summary>
    public static void Widen(TensorType type, ReadOnlySpan<byte> source, Span<float> destination)
    {
        switch (type)
        {
            case TensorType.Float32:
                source.CopyTo(MemoryMarshal.AsBytes(destination));
                break;
            case TensorType.Float16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(source), destination);
                break;
            case TensorType.BFloat16:
                WidenBFloat16(MemoryMarshal.Cast<byte, ushort>(source), MemoryMarshal.Cast<float, uint>(destination));
                break;
            case TensorType.Float64:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, double>(source), destination);
                break;
            default:
                throw NotFloat(type);
        }
    }

    /// <summary>Converts floats to stored elements, rounded to nearest, ties to even; NaN stays NaN.</summary>
    public static void Narrow(TensorType type, ReadOnlySpan<float> source, Span<byte> destination)
    {
        switch (type)
        {
            case TensorType.Float32:
                MemoryMarshal.AsBytes(source).CopyTo(destination);
                break;
            case TensorType.Float16:
                TensorPrimitives.ConvertToHalf(source, MemoryMarshal.Cast<byte, Half>(destination));
                break;
            case TensorType.BFloat16:
                NarrowBFloat16(MemoryMarshal.Cast<float, uint>(source), MemoryMarshal.Cast<byte, ushort>(destination));
                break;
            case TensorType.Float64:
                TensorPrimitives.ConvertTruncating(source, MemoryMarshal.Cast<byte, double>(destination));
                break;
            default:
                throw NotFloat(type);
        }
    }

    // A bfloat16 is the upper half of a float.
    private static void WidenBFloat16(ReadOnlySpan<ushort> source, Span<uint> destination)
    {
        var i = 0;
        for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(source[i..]), out var lower, out var upper);
            (lower << 16).CopyTo(destination[i..]);
            (upper << 16).CopyTo(destination[(i + Vector<uint>.Count)..]);
        }

        for (; i < source.Length; i++)
        {
            destination[i] = (uint)source[i] << 16;
        }
    }

    private static void NarrowBFloat16(ReadOnlySpan<uint> source, Span<ushort> destination)
    {
        var i = 0;
        for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            var lower = UpperHalf(new Vector<uint>(source[i..]));
            var upper = UpperHalf(new Vector<uint>(source[(i + Vector<uint>.Count)..]));
            Vector.Narrow(lower, upper).CopyTo(destination[i..]);
        }

        for (; i < source.Length; i++)
        {
            destination[i] = UpperHalf(source[i]);
        }
    }

    // Adding 0x7FFF, and one more if the kept half is odd, carries exactly when rounding goes up. In a NaN the carry could produce
    // infinity, so the quiet bit is set instead.
    private static ushort UpperHalf(uint bits) =>
        (bits & 0x7FFF_FFFF) > 0x7F80_0000
            ? (ushort)((bits >> 16) | 0x0040)
            : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);

    private static Vector<uint> UpperHalf(Vector<uint> bits)
    {
        var isNaN = Vector.GreaterThan(bits & new Vector<uint>(0x7FFF_FFFF), new Vector<uint>(0x7F80_0000));
        var rounded = (bits + new Vector<uint>(0x7FFF) + ((bits >> 16) & Vector<uint>.One)) >> 16;
        return Vector.ConditionalSelect(isNaN, (bits >> 16) | new Vector<uint>(0x0040), rounded);
    }

    private static ArgumentOutOfRangeException NotFloat(TensorType type) =>
        new(nameof(type), type, "not a floating-point tensor type");
}
