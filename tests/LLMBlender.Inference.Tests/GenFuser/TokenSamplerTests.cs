using LLMBlender.Inference.GenFuser;

namespace LLMBlender.Inference.Tests.GenFuser;

public sealed class TokenSamplerTests
{
    private const int Draws = 20_000;
    private static readonly double[] Shares = [0.1, 0.4, 0.2, 0.3];

    [Theory]
    [InlineData(1.0, 1.0, null, new[] { 0.1, 0.4, 0.2, 0.3 })]
    [InlineData(0.5, 1.0, null, new[] { 0.01 / 0.3, 0.16 / 0.3, 0.04 / 0.3, 0.09 / 0.3 })]
    [InlineData(1.0, 1.0, 2, new[] { 0, 0.4 / 0.7, 0, 0.3 / 0.7 })]
    [InlineData(1.0, 0.65, null, new[] { 0, 0.4 / 0.7, 0, 0.3 / 0.7 })]
    [InlineData(1.0, 0.75, null, new[] { 0, 0.4 / 0.9, 0.2 / 0.9, 0.3 / 0.9 })]
    [InlineData(1.0, 0.56, 3, new[] { 0, 0.4 / 0.7, 0, 0.3 / 0.7 })]
    public void Draw_ManyTimes_ComesToTheSharesThatAreLeft(double temperature, double topP, int? topK, double[] expected)
    {
        var logits = Shares.Select(share => (float)Math.Log(share)).ToArray();
        var sampler = new TokenSampler(new SamplingOptions { Seed = 3, Temperature = temperature, TopP = topP, TopK = topK }, Shares.Length, 0, 0);
        var counts = new int[Shares.Length];
        for (var i = 0; i < Draws; i++)
        {
            counts[sampler.Draw(logits)]++;
        }

        // Five standard deviations, with a seed that never changes.
        Assert.All(expected.Zip(counts), pair => Assert.Equal(pair.First, pair.Second / (double)Draws, pair.First == 0 ? 0 : 0.018));
    }
}
