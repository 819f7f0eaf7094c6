using LLMBlender.Inference.Encoder;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Tokenization;
using LLMBlender.TestKit;

namespace LLMBlender.Inference.Tests.Encoder;

public sealed class ClassifierHeadTests : IDisposable
{
    private static readonly string Packaged = Repository.File("models", "reward-minilm");

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Read_WeightsOfTheFeatures_GiveTheScoresUpToAConstant()
    {
        using var model = RewardModel.Load(Packaged);
        TokenRow[] rows = [model.Encode("What is two plus two?", "Four."), model.Encode("What is two plus two?", "Bananas are yellow."), model.Encode("Hi", "")];

        var weights = ClassifierHead.Read(Packaged);
        var (scores, features) = (model.Score(rows), model.Features(rows));

        Assert.Equal(384, weights.Length);
        Assert.Equal(scores[0] - scores[1], Score(features[0]) - Score(features[1]), 1e-3);
        Assert.Equal(scores[2] - scores[1], Score(features[2]) - Score(features[1]), 1e-3);

        double Score(float[] vector) => vector.Zip(weights, static (feature, weight) => (double)feature * weight).Sum();
    }

    [Fact]
    public void Write_AChange_AddsItTimesTheFeaturesToEachScore()
    {
        var copy = folder.File("copy");
        var change = new float[384];
        (change[3], change[200]) = (0.5f, -0.25f);

        ClassifierHead.Write(Packaged, copy, change, static manifest => manifest with { Calibration = null });

        using var before = RewardModel.Load(Packaged);
        using var after = RewardModel.Load(copy);
        var row = before.Encode("What is two plus two?", "Four.");
        var vector = before.Features([row])[0];
        Assert.Equal((0.5 * vector[3]) - (0.25 * vector[200]), after.Score([row])[0] - before.Score([row])[0], 1e-3);
        Assert.Equal(("copy", null), (ModelManifest.Read(copy).Id, ModelManifest.Read(copy).Calibration));
    }

    [Fact]
    public void Write_OfAnotherWidth_IsRefusedAndNothingIsWritten()
    {
        var copy = folder.File("copy");

        Assert.Contains("there are 5 numbers, and the last layer has 384 features", Assert.Throws<ArgumentException>(() => ClassifierHead.Write(Packaged, copy, new float[5], static manifest => manifest)).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }
}
