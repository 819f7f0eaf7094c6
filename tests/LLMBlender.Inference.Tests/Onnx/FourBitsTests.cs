using CsCheck;
using LLMBlender.Inference.Onnx;

namespace LLMBlender.Inference.Tests.Onnx;

public sealed class FourBitsTests
{
    [Fact]
    public void Quantise_AnyBlock_IsWithinHalfAScaleAndKeepsTheLargest() =>
        Gen.Float[-3, 3].Array[FourBits.Block].Sample(weights =>
        {
            var (bytes, scales) = (new byte[FourBits.Block / 2], new float[1]);
            FourBits.Quantise(weights, bytes, scales);
            var restored = Enumerable.Range(0, FourBits.Block).Select(i => (((bytes[i / 2] >> (4 * (i % 2))) & 15) - 8) * scales[0]).ToArray();

            // A weight opposite to the largest, and nearly as large, is beyond the seven numbers on its side.
            Assert.All(weights.Zip(restored), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, Math.Abs(scales[0]) * 1.0001f));
            var largest = Array.FindIndex(weights, weight => Math.Abs(weight) == weights.Max(Math.Abs));
            Assert.Equal(weights[largest], restored[largest], 1e-5f);
        });

    [Fact]
    public void Quantise_Zeros_AreZeros()
    {
        var (bytes, scales) = (new byte[FourBits.Block / 2], new float[1]);
        FourBits.Quantise(new float[FourBits.Block], bytes, scales);
        Assert.All(bytes, packed => Assert.Equal(0x88, packed));
        Assert.Equal(0, scales[0]);
    }
}
