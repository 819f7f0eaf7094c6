using System.Numerics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace LLMBlender.Training.Network;

/// <summary>
/// Dropout whose masks follow from a seed that the training loop sets for every step, so that a resumed run draws the very same
/// masks; libtorch's own generator can't be saved from here.
/// </summary>
internal sealed class Noise
{
    private ulong state = 1;

    /// <summary>Starts the stream of one step.</summary>
    public void Seed(ulong seed, ulong step) => state = Mix(seed ^ Mix(step)) | 1;

    /// <summary>Zeroes elements with probability <paramref name="rate"/> and scales the others to keep the expectation.</summary>
    public Tensor Drop(Tensor values, double rate)
    {
        if (rate <= 0)
        {
            return values;
        }

        Tensor mask = empty(values.shape, dtype: float32);
        Fill(MemoryMarshal.Cast<byte, float>(mask.bytes), rate);
        return values * mask;
    }

    private void Fill(Span<float> mask, double rate)
    {
        // Four 16-bit draws of a 64-bit word each decide one element.
        ushort threshold = (ushort)Math.Round(rate * 65536);
        float keep = (float)(1 / (1 - threshold / 65536.0));
        ulong x = state;
        int i = 0;
        for (; i + 4 <= mask.Length; i += 4)
        {
            ulong word = Next(ref x);
            mask[i] = (ushort)word < threshold ? 0 : keep;
            mask[i + 1] = (ushort)(word >> 16) < threshold ? 0 : keep;
            mask[i + 2] = (ushort)(word >> 32) < threshold ? 0 : keep;
            mask[i + 3] = (ushort)(word >> 48) < threshold ? 0 : keep;
        }

        for (ulong word = Next(ref x); i < mask.Length; i++, word >>= 16)
        {
            mask[i] = (ushort)word < threshold ? 0 : keep;
        }

        state = x;
    }

    // xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled").
    private static ulong Next(ref ulong x)
    {
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        return BitOperations.RotateLeft(x * 2685821657736338717UL, 32);
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
        return value ^ (value >> 31);
    }
}
