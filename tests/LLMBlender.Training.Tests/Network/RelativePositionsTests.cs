using LLMBlender.Training.Network;
using static TorchSharp.torch;

namespace LLMBlender.Training.Tests.Network;

public sealed class RelativePositionsTests
{
    // DeBERTa-v3-large: 256 buckets, 512 positions; the table's row is the bucket plus 256.
    [Theory]
    [InlineData(0, 256)]
    [InlineData(128, 384)]
    [InlineData(129, 385)]
    [InlineData(150, 399)]
    [InlineData(200, 425)]
    [InlineData(256, 448)]
    [InlineData(300, 463)]
    [InlineData(400, 489)]
    [InlineData(500, 510)]
    [InlineData(511, 511)]
    [InlineData(512, 511)]
    [InlineData(4000, 511)]
    [InlineData(-512, 0)]
    [InlineData(-150, 113)]
    public void Row_OfADistance_IsTheReferencesBucket(int distance, int row) =>
        Assert.Equal(row, RelativePositions.Row(distance, 256, 512));

    [Theory]
    [InlineData(16, 128, 700)]
    [InlineData(32, 512, 900)]
    [InlineData(256, 512, 1500)]
    public void Table_OfASequence_AgreesWithAndWithoutTensors(int buckets, int maxPosition, int length)
    {
        Native.SkipWithout();
        using Tensor index = RelativePositions.Table(length, buckets, maxPosition);
        int[] descending = RelativePositions.Descending(length, buckets, maxPosition);
        foreach (int q in new[] { 0, 1, length / 2, length - 1 })
        {
            long[] row = index[q].data<long>().ToArray();
            Assert.Equal(row, descending.AsSpan(length - 1 - q, length).ToArray().Select(r => (long)r));
        }
    }
}
