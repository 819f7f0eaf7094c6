using LLMBlender.Inference.Encoder;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.TestKit;
using LLMBlender.Training.Network;
using LLMBlender.Training.Rewards.Data;
using LLMBlender.Training.Rewards.Network;
using LLMBlender.Training.Rewards.Runs;
using static TorchSharp.torch;

namespace LLMBlender.Training.Tests.Rewards;

public sealed class RewardNetworkTests : IDisposable
{
    private const string Source = "Which of the two is longer?";

    private readonly TemporaryFolder folder = new();
    private readonly string start;

    public RewardNetworkTests() => start = BertFolder.Write(folder.File("start"));

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Scores_OfPackedRows_AreTheGraphsOwn()
    {
        Native.SkipWithout();
        string[] answers = ["yes", "a longer answer with several words, some of them known", string.Concat(Enumerable.Repeat("many words ", 60))];
        using var network = new RewardNetwork(BertDimensions.Load(start));
        RewardWeights.Load(network, start, seed: 3);
        RewardTokens tokens = RewardTokens.Load(start);
        string export = folder.File("export");
        NetworkWeights.Export(network, network.Dimensions.ToJson(), start, export);
        using var classifier = ClassifierModel.Load(ModelImport.Import(export, folder.File("model"), Precision.Float32).Path);

        float[] expected = [.. classifier.Score([.. answers.Select(answer => (Source, (string?)answer))]).Select(row => row[0])];

        var rows = answers.Select(answer => tokens.Row(tokens.Encode(Source), tokens.Encode(answer), classifier.MaxLength, null)).ToArray();
        float[] found = Scores(network, PackedRows.Of([.. rows.Select(row => new RewardRow(row.Ids, Array.IndexOf(row.Types, 1)))]), half: false);
        Assert.Equal(expected.Length, found.Length);
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 2e-5f));
        Assert.NotEqual(found[0], found[1], 1e-3f);
    }

    [Fact]
    public void Scores_WithRoundedFactors_StayNear()
    {
        Native.SkipWithout();
        using var network = new RewardNetwork(BertDimensions.Load(start));
        RewardWeights.Load(network, start, seed: 3);
        var rows = PackedRows.Of([new RewardRow([2, 40, 41, 3, 50, 3], 4), new RewardRow([2, 40, 3, 60, 61, 62, 3], 3)]);

        float[] exact = Scores(network, rows, half: false), rounded = Scores(network, rows, half: true);

        Assert.All(exact.Zip(rounded), pair => Assert.Equal(pair.First, pair.Second, 0.05f));
    }

    [Fact]
    public void Loss_OfAScoredGroup_WeighsEachPairByItsDifference()
    {
        Native.SkipWithout();
        var group = AnswerGroup.Scored("toy", [], [[1], [2], [3]], [4, 1, 4], scale: 0.5);

        // The two of equal scores say nothing of each other; the others are 3 apart, so that σ(1.5) is likely.
        Assert.Equal([(0, 1), (2, 1)], group.Preferences.Select(one => (one.Better, one.Worse)));
        Assert.All(group.Preferences, one => Assert.Equal(0.8175745f, one.Likely, 1e-6f));
        Assert.All(group.Preferences, one => Assert.Equal(0.75f, one.Weight, 1e-6f));
        using Tensor loss = RewardLoss.Of(tensor([1f, -2f]), group.Preferences);
        double expected = 0.75 * (CrossEntropy(1) + CrossEntropy(-2));
        Assert.Equal(expected, loss.data<float>()[0], 1e-5);

        static double CrossEntropy(double difference)
        {
            const double likely = 0.8175744761936437;
            return likely * Math.Log(1 + Math.Exp(-difference)) + (1 - likely) * Math.Log(1 + Math.Exp(difference));
        }
    }

    [Fact]
    public void Row_OfALongSource_KeepsItsEndAndTheAnswersStart()
    {
        var layout = new RewardLayout(cls: 1, sep: 2, maxLength: 10, sourceLimit: 3);

        RewardRow row = layout.Row([11, 12, 13, 14, 15], [21, 22, 23, 24, 25, 26]);
        RewardRow loose = layout.Row([11, 12, 13, 14, 15], [21]);

        Assert.Equal([1, 13, 14, 15, 2, 21, 22, 23, 24, 2], row.Ids);
        Assert.Equal(5, row.AnswerStart);
        Assert.Equal([1, 11, 12, 13, 14, 15, 2, 21, 2], loose.Ids);
        Assert.Equal(row.Ids.Length, layout.LengthOf([11, 12, 13, 14, 15], [21, 22, 23, 24, 25, 26]));
    }

    private static float[] Scores(RewardNetwork network, PackedRows rows, bool half)
    {
        using var gradient = no_grad();
        using Tensor scores = network.Forward(rows, new BertPass(half, null, 0));
        return scores.data<float>().ToArray();
    }
}
