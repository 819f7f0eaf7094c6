using LLMBlender.Inference.Onnx.T5;

namespace LLMBlender.Inference.Tests.Onnx.T5;

public sealed class T5BucketsTests
{
    private static readonly int[] Encoder = T5Buckets.Encoder(32, 128);
    private static readonly int[] Decoder = T5Buckets.Decoder(32, 128);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-7, 7)]
    [InlineData(7, 23)]
    [InlineData(-8, 8)]
    [InlineData(-20, 10)]
    [InlineData(20, 26)]
    [InlineData(64, 30)]
    [InlineData(-91, 15)]
    [InlineData(91, 31)]
    public void Encoder_Distance_IsInTheReferencesBucket(int distance, int bucket) =>
        Assert.Equal(bucket, Encoder[Math.Clamp(distance + Encoder.Length / 2, 0, Encoder.Length - 1)]);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(15, 15)]
    [InlineData(16, 16)]
    [InlineData(32, 21)]
    [InlineData(64, 26)]
    [InlineData(127, 31)]
    public void Decoder_Distance_IsInTheReferencesBucket(int distance, int bucket) =>
        Assert.Equal(bucket, Decoder[Math.Min(distance, Decoder.Length - 1)]);

    [Theory]
    [InlineData(32, 128)]
    [InlineData(8, 20)]
    [InlineData(64, 1000)]
    public void Tables_EndWhereTheLastBucketBegins(int buckets, int maxDistance)
    {
        var (encoder, decoder) = (T5Buckets.Encoder(buckets, maxDistance), T5Buckets.Decoder(buckets, maxDistance));

        Assert.Equal((buckets / 2 - 1, buckets - 1), (encoder[0], encoder[^1]));
        Assert.Equal(1, decoder.Count(bucket => bucket == buckets - 1));
        Assert.Equal(decoder.Order(), decoder);
    }
}
