using LLMBlender.Training.Fusion.Network;

namespace LLMBlender.Training.Tests.Fusion.Network;

public sealed class FuserBucketsTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1, 1)]
    [InlineData(1, 17)]
    [InlineData(-7, 7)]
    [InlineData(-20, 10)]
    [InlineData(20, 26)]
    [InlineData(64, 30)]
    [InlineData(128, 31)]
    [InlineData(-4000, 15)]
    public void Of_InTheEncoder_HasSixteenBucketsASide(int relative, int bucket) =>
        Assert.Equal(bucket, RelativeBuckets.Of(relative, bidirectional: true, 32, 128));

    [Theory]
    [InlineData(5, 0)]
    [InlineData(0, 0)]
    [InlineData(-15, 15)]
    [InlineData(-32, 21)]
    [InlineData(-64, 26)]
    [InlineData(-128, 31)]
    public void Of_InTheDecoder_LooksBackOnly(int relative, int bucket) =>
        Assert.Equal(bucket, RelativeBuckets.Of(relative, bidirectional: false, 32, 128));
}
