using LLMBlender.Inference.Checkpoints;

namespace LLMBlender.Inference.Tests.Checkpoints;

public sealed class TensorInfoTests
{
    [Theory]
    [InlineData(TensorType.BFloat16, new long[0], 1, 2)]
    [InlineData(TensorType.Float32, new long[] { 3, 4 }, 12, 48)]
    [InlineData(TensorType.Float64, new long[] { 3, 0, 4 }, 0, 0)]
    [InlineData(TensorType.Bool, new long[] { 1L << 40 }, 1L << 40, 1L << 40)]
    public void Counts_OfAShape_AreProducts(TensorType type, long[] shape, long elements, long bytes)
    {
        var tensor = new TensorInfo("x", type, [.. shape]);

        Assert.Equal((elements, bytes), (tensor.ElementCount, tensor.ByteCount));
    }

    [Fact]
    public void Counts_Over63Bits_Throw()
    {
        Assert.Throws<OverflowException>(() => new TensorInfo("x", TensorType.Int8, [1L << 32, 1L << 32]).ElementCount);
        Assert.Throws<OverflowException>(() => new TensorInfo("x", TensorType.Int64, [1L << 61]).ByteCount);
    }

    [Fact]
    public void Equality_LooksAtDimensions()
    {
        var tensor = new TensorInfo("x", TensorType.Float32, [2, 3]);

        Assert.Equal(tensor, new TensorInfo("x", TensorType.Float32, [2, 3]));
        Assert.Equal(tensor.GetHashCode(), new TensorInfo("x", TensorType.Float32, [2, 3]).GetHashCode());
        Assert.NotEqual(tensor, new TensorInfo("x", TensorType.Float32, [3, 2]));
        Assert.Equal("'x' (Float32 [2, 3])", tensor.ToString());
    }
}
