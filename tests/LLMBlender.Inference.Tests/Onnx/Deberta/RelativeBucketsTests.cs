using LLMBlender.Inference.Onnx.Deberta;

namespace LLMBlender.Inference.Tests.Onnx.Deberta;

public sealed class RelativeBucketsTests
{
    // Values of the reference for deberta-v3 (256 buckets, 512 positions), derived from its formula.
    [Theory]
    [InlineData(0, 256)]
    [InlineData(1, 257)]
    [InlineData(-1, 255)]
    [InlineData(128, 256 + 128)]
    [InlineData(129, 256 + 129)]
    [InlineData(150, 256 + 143)]
    [InlineData(200, 256 + 169)]
    [InlineData(256, 256 + 192)]
    [InlineData(300, 256 + 207)]
    [InlineData(400, 256 + 233)]
    [InlineData(500, 256 + 254)]
    [InlineData(511, 256 + 255)]
    [InlineData(512, 511)]
    [InlineData(-512, 0)]
    [InlineData(2000, 511)]
    public void Table_PublishedShape_GivesTheReferencesRows(int distance, int row) =>
        Assert.Equal(row, RelativeBuckets.Table(span: 256, buckets: 256, maxPosition: 512, furthest: 2000)[distance + 2000]);

    [Theory]
    [InlineData(16, 128)]
    [InlineData(32, 512)]
    [InlineData(256, 512)]
    [InlineData(0, 128)]
    public void Table_AnyShape_NeverDecreasesAndSaturates(int buckets, int maxPosition)
    {
        var span = buckets > 0 ? buckets : maxPosition;
        var table = RelativeBuckets.Table(span, buckets, maxPosition, furthest: 4096);
        var saturation = RelativeBuckets.Saturation(span, buckets, maxPosition);

        Assert.All(table.Zip(table.Skip(1)), pair => Assert.True(pair.First <= pair.Second));
        Assert.Equal(2 * span - 1, table[4096 + saturation]);
        Assert.Equal(0, table[4096 - saturation]);
        Assert.NotEqual(0, table[4096 - saturation + 1]);
    }
}
