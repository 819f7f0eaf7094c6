using System.Runtime.InteropServices;
using CsCheck;
using LLMBlender.Inference.Checkpoints;

namespace LLMBlender.Inference.Tests.Checkpoints;

public sealed class FloatConversionTests
{
    /// <summary>Every 16-bit pattern, in an order and number that leaves a tail behind every vector width.</summary>
    private static readonly ushort[] AllPatterns = [.. Enumerable.Range(0, 65536 + 7).Select(i => (ushort)i)];

    [Fact]
    public void Widen_EveryBFloat16_IsItsBitsShifted()
    {
        var floats = new float[AllPatterns.Length];
        FloatConversion.Widen(TensorType.BFloat16, MemoryMarshal.AsBytes<ushort>(AllPatterns), floats);

        for (var i = 0; i < floats.Length; i++)
        {
            Assert.Equal((uint)AllPatterns[i] << 16, BitConverter.SingleToUInt32Bits(floats[i]));
        }
    }

    [Fact]
    public void Widen_EveryFloat16_IsTheSameNumber()
    {
        var floats = new float[AllPatterns.Length];
        FloatConversion.Widen(TensorType.Float16, MemoryMarshal.AsBytes<ushort>(AllPatterns), floats);

        for (var i = 0; i < floats.Length; i++)
        {
            Assert.Equal(ByDefinition(AllPatterns[i]), floats[i]);
        }

        // Sign, five bits of exponent, ten of fraction, from their definition.
        static float ByDefinition(ushort bits)
        {
            var (sign, exponent, fraction) = ((bits >> 15) == 0 ? 1 : -1, (bits >> 10) & 31, bits & 1023);
            return exponent switch
            {
                0 => sign * fraction * MathF.Pow(2, -24),
                31 => fraction == 0 ? sign * float.PositiveInfinity : float.NaN,
                _ => sign * (1024 + fraction) * MathF.Pow(2, exponent - 25),
            };
        }
    }

    [Theory]
    [InlineData(TensorType.BFloat16)]
    [InlineData(TensorType.Float16)]
    public void Narrow_OfEveryWidenedPattern_GivesItBack(TensorType type)
    {
        var floats = new float[AllPatterns.Length];
        FloatConversion.Widen(type, MemoryMarshal.AsBytes<ushort>(AllPatterns), floats);
        var back = new ushort[AllPatterns.Length];
        FloatConversion.Narrow(type, floats, MemoryMarshal.AsBytes(back.AsSpan()));

        for (var i = 0; i < back.Length; i++)
        {
            Assert.True(back[i] == AllPatterns[i] || float.IsNaN(floats[i]), $"{AllPatterns[i]:X4} came back as {back[i]:X4}");
            Assert.Equal(float.IsNaN(floats[i]), float.IsNaN(Widened(type, back[i])));
        }
    }

    [Theory]
    [InlineData(0x3F80_0000u, 0x3F80)] // 1
    [InlineData(0x3F80_8000u, 0x3F80)] // a tie, down to the even one
    [InlineData(0x3F81_8000u, 0x3F82)] // a tie, up to the even one
    [InlineData(0x3F80_8001u, 0x3F81)] // just over a tie
    [InlineData(0x3F81_7FFFu, 0x3F81)] // just under a tie
    [InlineData(0x7F7F_FFFFu, 0x7F80)] // the largest float, nearer to infinity
    [InlineData(0xFF80_0000u, 0xFF80)] // minus infinity
    [InlineData(0x8000_0000u, 0x8000)] // minus zero
    [InlineData(0x7F80_0001u, 0x7FC0)] // a NaN whose bits all lie in the lower half
    [InlineData(0xFFFF_FFFFu, 0xFFFF)] // a NaN that a carry would turn into zero
    public void Narrow_ToBFloat16_RoundsToTheNearestEven(uint bits, int expected)
    {
        foreach (var length in (int[])[1, 64, 67])
        {
            var floats = Enumerable.Repeat(BitConverter.UInt32BitsToSingle(bits), length).ToArray();
            var narrowed = new ushort[length];
            FloatConversion.Narrow(TensorType.BFloat16, floats, MemoryMarshal.AsBytes(narrowed.AsSpan()));

            Assert.All(narrowed, value => Assert.Equal((ushort)expected, value));
        }
    }

    [Fact]
    public void Narrow_ToBFloat16_IsNearestOfAll()
    {
        Gen.Float.Where(float.IsFinite).Array[1, 100].Sample(floats =>
        {
            var narrowed = new ushort[floats.Length];
            FloatConversion.Narrow(TensorType.BFloat16, floats, MemoryMarshal.AsBytes(narrowed.AsSpan()));
            return floats.Zip(narrowed).All(pair => Distance(pair) <= Math.Min(Distance(pair, -1), Distance(pair, 1)));
        });

        static double Distance((float Value, ushort Bits) pair, int steps = 0)
        {
            var near = Widened(TensorType.BFloat16, (ushort)(pair.Bits + steps));
            // Past the largest number lies what would come next, not infinity.
            var next = float.IsFinite(near) ? near : Math.CopySign(Math.Pow(2, 128), pair.Value);
            return Math.Abs(pair.Value - next);
        }
    }

    [Fact]
    public void Widen_Float64_RoundsToTheNearestEven()
    {
        double[] values = [1, -0.0, Math.PI, 1e300, -1e-300, double.NaN, double.NegativeInfinity, 1 + Math.Pow(2, -24), 1 + (3 * Math.Pow(2, -24)), 0.1];
        var floats = new float[values.Length];
        FloatConversion.Widen(TensorType.Float64, MemoryMarshal.AsBytes<double>(values), floats);

        Assert.Equal(
            [1, -0f, MathF.PI, float.PositiveInfinity, -0f, float.NaN, float.NegativeInfinity, 1, 1 + MathF.Pow(2, -22), 0.1f], floats);
    }

    private static float Widened(TensorType type, ushort bits)
    {
        var widened = new float[1];
        FloatConversion.Widen(type, MemoryMarshal.AsBytes<ushort>(new[] { bits }), widened);
        return widened[0];
    }
}
