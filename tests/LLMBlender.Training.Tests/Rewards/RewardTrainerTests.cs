using System.Text.Json.Nodes;
using LLMBlender.Inference.Encoder;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.Training.Rewards.Network;
using LLMBlender.Training.Rewards.Runs;
using LLMBlender.Training.Tests.Runs;

namespace LLMBlender.Training.Tests.Rewards;

public sealed class RewardTrainerTests : IDisposable
{
    private readonly RunFolder folder = new();
    private readonly string start;

    public RewardTrainerTests() => start = BertFolder.Write(folder.At("start"));

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Run_OnAToyTask_LowersTheLossAndExportsWhatInferenceRanksBy()
    {
        Native.SkipWithout();
        Train("run", steps: 60, stopAfter: null);

        double[] losses = folder.Reported("run", "loss");
        Assert.True(losses[^1] < losses[0] - 0.1, $"loss went from {losses[0]} to {losses[^1]}");
        Assert.InRange(folder.Log("run", "validation").Last()["set_pairs"]!.GetValue<double>(), 0.8, 1);
        using var model = ClassifierModel.Load(ModelImport.Import(folder.At("run", "export"), folder.At("model"), Precision.Float32).Path);
        float[][] scores = model.Score([("question 99", "good good good"), ("question 99", "bad bad bad")]);
        Assert.True(scores[0][0] > scores[1][0], $"good has {scores[0][0]}, bad {scores[1][0]}");
    }

    [Fact]
    public void Run_StoppedAndResumed_EndsWithTheVeryWeights()
    {
        Native.SkipWithout();
        Train("whole", steps: 12, stopAfter: null);
        Train("parts", steps: 12, stopAfter: 7);
        Train("parts", steps: 12, stopAfter: null, workers: 1);

        Assert.Equal(folder.Weights("whole"), folder.Weights("parts"));
    }

    [Fact]
    public void Run_WithFrozenWords_LeavesThemAsTheyWere()
    {
        Native.SkipWithout();
        Train("run", steps: 2, stopAfter: null);

        const string words = "bert.embeddings.word_embeddings.weight", types = "bert.embeddings.token_type_embeddings.weight";
        using var before = new RewardNetwork(BertDimensions.Load(start));
        RewardWeights.Load(before, start, seed: 1);
        Assert.Equal(Values(before, words), folder.Weights("run")[words]);
        Assert.NotEqual(Values(before, types), folder.Weights("run")[types]);
    }

    [Fact]
    public void Average_OfTwoExports_IsTheirMean()
    {
        Native.SkipWithout();
        Train("one", steps: 2, stopAfter: null);
        Train("two", steps: 5, stopAfter: null);

        WeightAverage.Write([folder.At("one", "export"), folder.At("two", "export")], folder.At("mean", "export"));

        const string name = "classifier.weight";
        var (one, two, mean) = (folder.Weights("one")[name], folder.Weights("two")[name], folder.Weights("mean")[name]);
        Assert.NotEqual(one, two);
        Assert.Equal(one.Zip(two, (a, b) => (a + b) / 2), mean);
    }

    private static float[] Values(RewardNetwork network, string name) =>
        network.named_parameters().Single(parameter => parameter.name == name).parameter.data<float>().ToArray();

    private void Train(string name, int steps, int? stopAfter, int workers = 2)
    {
        string sets = folder.Write("sets.jsonl", 40, i => new
        {
            id = $"{i}",
            instruction = $"question {i}",
            input = "",
            candidates = Enumerable.Range(0, 4).Select(j => new
            {
                model = $"m{j}",
                text = string.Join(' ', Enumerable.Range(0, 3).Select(k => k < j ? "good" : "bad")),
                scores = new Dictionary<string, double> { [j % 2 == 0 ? "judge" : "other"] = j * 2, ["judge"] = j * 2 },
            }),
        });
        string pairs = folder.Write("pairs.jsonl", 40, i => new
        {
            id = $"{i}",
            source = "toy",
            prompt = $"question {i}",
            chosen = $"this is a good answer that says a lot about question {i % 7} and more",
            rejected = "bad",
        });
        File.WriteAllText(folder.At("facts.json"), Facts.ToJsonString());
        string config = folder.Write(BertFolder.Config(start, sets, pairs, folder.At("facts.json"), name, steps, workers));
        using var run = new RewardTrainer(RewardRunConfig.Load(config));
        RunFolder.Run(run, stopAfter);
    }

    private static JsonObject Facts => new()
    {
        ["relations"] = new JsonArray(new JsonObject
        {
            ["name"] = "capitals",
            ["questions"] = new JsonArray("What is the capital of {0}?"),
            ["answers"] = new JsonArray("{1}", "It is {1}."),
            ["items"] = new JsonArray(new JsonArray("France", "Paris"), new JsonArray("Spain", "Madrid"), new JsonArray("Italy", "Rome"), new JsonArray("Peru", "Lima")),
        }),
        ["yes_no"] = new JsonArray(new JsonArray("Is fire hot", "Yes", "No", "fire is hot", "fire is cold")),
        ["harmful"] = new JsonArray("steal a car"),
        ["harmless"] = new JsonArray(new JsonArray("kill weeds", "Pull them out."), new JsonArray("kill time", "Read a book.")),
        ["lists"] = new JsonObject
        {
            ["fruits"] = new JsonArray("apple", "pear", "plum", "grape", "mango"),
            ["tools"] = new JsonArray("saw", "drill", "file", "hammer", "wrench"),
        },
    };
}
