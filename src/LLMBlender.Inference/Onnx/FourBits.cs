namespace LLMBlender.Inference.Onnx;

/// <summary>
/// Weights as numbers of four bits in the layout of ONNX Runtime's <c>MatMulNBits</c>: blocks of adjacent inputs share a scale, two numbers are in a byte, the first in its low half, and 8 is zero.
/// </summary>
internal static class FourBits
{
    /// <summary>The inputs that share a scale.</summary>
    public const int Block = 32;

    private const int Zero = 8;
    private const int Highest = 15;

    /// <summary>Rounds weights.</summary>
    /// <param name="weights">Whole blocks, one after the other.</param>
    /// <param name="bytes">Receives two numbers a byte.</param>
    /// <param name="scales">Receives one scale a block: a weight is (number − 8) · scale.</param>
    public static void Quantise(ReadOnlySpan<float> weights, Span<byte> bytes, Span<float> scales)
    {
        for (var block = 0; block < scales.Length; block++)
        {
            var values = weights.Slice(block * Block, Block);
            var packed = bytes.Slice(block * Block / 2, Block / 2);
            var scale = scales[block] = ScaleOf(values);
            for (var i = 0; i < packed.Length; i++)
            {
                packed[i] = (byte)(Number(values[2 * i], scale) | (Number(values[(2 * i) + 1], scale) << 4));
            }
        }
    }

    // The largest weight is −8 scales, because one number more is below zero than above.
    private static float ScaleOf(ReadOnlySpan<float> values)
    {
        var largest = 0f;
        foreach (var value in values)
        {
            largest = MathF.Abs(value) > MathF.Abs(largest) ? value : largest;
        }

        return largest / -Zero;
    }

    private static int Number(float weight, float scale) =>
        scale == 0 ? Zero : Math.Clamp((int)MathF.Round(weight / scale) + Zero, 0, Highest);
}
