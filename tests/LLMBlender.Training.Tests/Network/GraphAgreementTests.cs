using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.PairRanker;
using LLMBlender.TestKit;
using LLMBlender.Training.Network;
using static TorchSharp.torch;

namespace LLMBlender.Training.Tests.Network;

/// <summary>The two definitions of the network, TorchSharp's and the ONNX graph's, on one checkpoint.</summary>
public sealed class GraphAgreementTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData(2)]
    [InlineData(60)]
    [InlineData(400)]
    public void Logits_OfBothDefinitions_AreTheSame(int words)
    {
        Native.SkipWithout();
        SyntheticCheckpoint.Write(folder.File("checkpoint"), hidden: 96, layers: 3, heads: 3);
        using var network = NetworkWeights.LoadRanker(folder.File("checkpoint"));
        using var ranker = PairRankerModel.Load(
            ModelImport.Import(folder.File("checkpoint"), folder.File("model"), Precision.Float32).Path);
        var record = ranker.Encode(
            "Which of the two is longer?",
            [string.Concat(Enumerable.Repeat("a longer answer ", words)), string.Concat(Enumerable.Repeat("another one ", words / 2 + 1))]);

        var logits = new float[2];
        ranker.Compare([new(record, 0, 1), new(record, 1, 0)], logits);

        Assert.Equal(Logit(network, Row(ranker, record, 0, 1)), logits[0], 2e-5f);
        Assert.Equal(Logit(network, Row(ranker, record, 1, 0)), logits[1], 2e-5f);
    }

    public void Dispose() => folder.Dispose();

    private static long[] Row(PairRankerModel ranker, EncodedRecord record, int first, int second)
    {
        var tokens = ranker.Manifest.Tokens!;
        int[] row =
        [
            .. record.Source,
            tokens.Cls, tokens.First, .. record.Candidate(first), tokens.Sep,
            tokens.Cls, tokens.Second, .. record.Candidate(second), tokens.Sep,
        ];
        return Array.ConvertAll(row, id => (long)id);
    }

    private static float Logit(PairRankerNetwork network, long[] row)
    {
        using var ids = tensor(row, [1, row.Length]);
        using var mask = ones_like(ids);
        using var logit = network.Logits(ids, mask);
        return logit.data<float>()[0];
    }
}
