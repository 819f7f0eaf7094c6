using LLMBlender.Training.Network;
using static TorchSharp.torch;

namespace LLMBlender.Training.Tests.Network;

public sealed class FusedAttentionTests
{
    private static readonly int[] Lengths = [37, 50, 9];
    private static readonly int[] Markers = [1, 12, 30, 1, 20, 41, 1, 4, 7];

    [Fact]
    public void Scores_OfThePaddedBatch_EqualTheReferencePath()
    {
        Native.SkipWithout();
        using PairRankerNetwork network = Tiny();
        var (ids, mask) = Batch();
        Tensor expected = network.Logits(ids, mask);
        var (left, right, _, before) = network.Scores(ids, Lengths, Markers);
        Assert.True((left - right).squeeze(-1).allclose(expected, 0, 2e-5));
        Tensor hidden = network.Encoder.Forward(ids, mask)[^2];
        Tensor valid = mask.unsqueeze(-1);
        Assert.True((hidden * valid).allclose(before * valid, 0, 2e-5));
    }

    [Fact]
    public void GroupScores_OfTwoCandidates_EqualThoseOfThePair()
    {
        Native.SkipWithout();
        using PairRankerNetwork network = Tiny();
        var (ids, _) = Batch();
        var (left, right, _, _) = network.Scores(ids, Lengths, Markers);

        Assert.True(network.GroupScores(ids, Lengths, Markers).allclose(cat([left, right], -1), 0, 2e-5));
    }

    [Fact]
    public void Gradients_OfTheFusedPath_EqualTheReferencePath()
    {
        Native.SkipWithout();
        using PairRankerNetwork network = Tiny();
        var (ids, mask) = Batch();
        Parameter[] parameters = [.. network.Encoder.named_parameters().Select(p => new Parameter(p.name, p.parameter))];
        Tensor at = tensor(Markers.Select(m => (long)m).ToArray(), [3, 3]);
        Tensor hidden = network.Encoder.Forward(ids, mask)[^1];
        Tensor reference = hidden.gather(1, at.unsqueeze(-1).expand(3, 3, hidden.shape[2]));
        Tensor fused = network.Encoder.ForwardFused(ids, Lengths, Markers, null).Last;
        Tensor weights = randn(reference.shape);
        var expected = autograd.grad([(reference * weights).sum()], [.. parameters.Select(p => p.Value)]);
        var actual = autograd.grad([(fused * weights).sum()], [.. parameters.Select(p => p.Value)]);
        for (int i = 0; i < parameters.Length; i++)
        {
            double difference = (expected[i] - actual[i]).abs().max().item<float>();
            double size = expected[i].abs().max().item<float>();
            Assert.True(difference <= 1e-4 * size + 1e-6, $"{parameters[i].Name}: {difference} apart, gradients up to {size}");
        }
    }

    private static PairRankerNetwork Tiny()
    {
        var network = new PairRankerNetwork(new NetworkConfig
        {
            VocabSize = 40,
            HiddenSize = 24,
            Layers = 3,
            Heads = 2,
            IntermediateSize = 48,
            PositionBuckets = 8,
            MaxPosition = 24,
            SourceId = 37,
            Candidate1Id = 38,
            Candidate2Id = 39,
        });
        Initialization.Fill(network, 0.3, 5);
        return network;
    }

    private static (Tensor Ids, Tensor Mask) Batch()
    {
        var random = new Random(3);
        int length = Lengths.Max() + 2;
        long[] ids = new long[Lengths.Length * length];
        float[] mask = new float[ids.Length];
        for (int row = 0; row < Lengths.Length; row++)
        {
            for (int i = 0; i < Lengths[row]; i++)
            {
                ids[row * length + i] = random.Next(4, 37);
                mask[row * length + i] = 1;
            }

            for (int marker = 0; marker < 3; marker++)
            {
                ids[row * length + Markers[3 * row + marker]] = 37 + marker;
            }
        }

        return (tensor(ids, [Lengths.Length, length]), tensor(mask, [Lengths.Length, length]));
    }

    private sealed record Parameter(string Name, Tensor Value);
}
