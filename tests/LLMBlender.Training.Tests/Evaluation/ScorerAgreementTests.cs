using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.PairRanker;
using LLMBlender.TestKit;
using LLMBlender.Training.Data;
using LLMBlender.Training.Evaluation;
using LLMBlender.Training.Network;
using LLMBlender.Training.Runs;

namespace LLMBlender.Training.Tests.Evaluation;

/// <summary>What is measured while training and what is measured of a model folder, on one checkpoint.</summary>
public sealed class ScorerAgreementTests : IDisposable
{
    private const int Source = 24;
    private const int Candidate = 16;
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Score_OfBothScorers_IsTheSameWhateverIsCut()
    {
        Native.SkipWithout();
        SyntheticCheckpoint.Write(folder.File("checkpoint"), hidden: 48, layers: 2, heads: 3);
        using var network = NetworkWeights.LoadRanker(folder.File("checkpoint"));
        var layout = LLMBlender.Training.Runs.RankerTokens.Load(folder.File("checkpoint")).Layout;
        var trained = new PairScorer(network, layout, workers: 1) { SourceMaxLength = Source, CandidateMaxLength = Candidate };
        using var model = PairRankerModel.Load(
            ModelImport.Import(folder.File("checkpoint"), folder.File("model"), Precision.Float32).Path,
            new PairRankerOptions { SourceMaxLength = Source, CandidateMaxLength = Candidate });
        var packaged = new PackagedScorer(model, Candidate);
        TrainingPair[] pairs = [Pair(4, 5, 3), Pair(4, 40, 9), Pair(60, 40, 12), Pair(1, 0, 30), Pair(22, 15, 14)];

        var expected = trained.Score(pairs);
        var found = packaged.Score(pairs);

        for (int i = 0; i < pairs.Length; i++)
        {
            Assert.Equal(expected[i].BetterFirst, found[i].BetterFirst, 2e-5f);
            Assert.Equal(expected[i].WorseFirst, found[i].WorseFirst, 2e-5f);
        }

        // A candidate beside a short source is read further than its own share.
        Assert.NotEqual(found[1], packaged.Score([pairs[1] with { Better = pairs[1].Better[..Candidate] }])[0]);
    }

    public void Dispose() => folder.Dispose();

    private static TrainingPair Pair(int source, int better, int worse) => new()
    {
        Tag = "toy",
        Source = Ids(source, 5),
        Better = Ids(better, 7),
        Worse = Ids(worse, 11),
    };

    private static int[] Ids(int count, int step) => [.. Enumerable.Range(0, count).Select(i => 10 + i * step % 20)];
}
