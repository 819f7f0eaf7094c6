using System.Text.Json.Nodes;
using LLMBlender.Inference;
using LLMBlender.Inference.Checkpoints;
using LLMBlender.Training.Data;
using LLMBlender.Training.Network;
using LLMBlender.Training.Runs;
using static TorchSharp.torch;

namespace LLMBlender.Training.Tests.Runs;

public sealed class TrainerTests : IDisposable
{
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Run_OnAToyTask_LowersTheLoss()
    {
        Native.SkipWithout();
        Train("toy", steps: 60, stopAfter: null);
        double[] losses = folder.Reported("toy", "loss");
        Assert.InRange(losses[0], 0.5, 0.9);
        Assert.True(losses[^1] < losses[0] - 0.2, $"loss went from {losses[0]} to {losses[^1]}");
    }

    [Fact]
    public void Run_StoppedAndResumed_EndsWithTheVeryWeights()
    {
        Native.SkipWithout();
        Train("whole", steps: 24, stopAfter: null);
        Train("parts", steps: 24, stopAfter: 7);
        Train("parts", steps: 24, stopAfter: 16, workers: 1);
        Train("parts", steps: 24, stopAfter: null);
        Assert.Equal(folder.Weights("whole"), folder.Weights("parts"));
    }

    [Fact]
    public void Run_WithATeacherStoppedAndResumed_LogsItsAccuracyAndEndsWithTheVeryWeights()
    {
        Native.SkipWithout();
        Train("taught", steps: 12, stopAfter: null, change: AddTeacher);
        Train("taught-parts", steps: 12, stopAfter: 5, change: AddTeacher);
        Train("taught-parts", steps: 12, stopAfter: null, workers: 1, change: AddTeacher);
        Assert.Equal(folder.Weights("taught"), folder.Weights("taught-parts"));
        Assert.InRange(Assert.Single(folder.Log("taught", "teacher"))["toy"]!.GetValue<double>(), 0.9, 1);
        double[] losses = folder.Reported("taught", "teacher_loss");
        Assert.True(losses[^1] < losses[0], $"teacherLabel loss went from {losses[0]} to {losses[^1]}");
        Train("untaught", steps: 12, stopAfter: null);
        Assert.NotEqual(folder.Weights("taught"), folder.Weights("untaught"));
    }

    [Fact]
    public void Load_OfAPhaseWithUnknownDamage_NamesPhaseAndKind()
    {
        JsonObject config = Config("kinds", 5, 2, 16);
        config["phases"]![0]!["made_up_kinds"] = new JsonObject { ["damage-Burnt"] = 1 };
        string message = Assert.Throws<DataException>(() => Load(config)).Message;
        Assert.Contains("phase only", message, StringComparison.Ordinal);
        Assert.Contains("damage-Burnt", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Finished_ExportsACheckpointThatLoadsAgain()
    {
        Native.SkipWithout();
        Train("export", steps: 3, stopAfter: null);
        string export = folder.At("export", "export");
        using (Checkpoint checkpoint = Checkpoint.Open(export))
        {
            Assert.Equal([1, 16], checkpoint.Find("head_layer.4.weight").Shape);
            Assert.Equal([16, 32], checkpoint.Find("head_layer.1.weight").Shape);
            Assert.Equal([16, 16], checkpoint.Find("pretrained_model.encoder.layer.1.attention.self.key_proj.weight").Shape);
            Assert.DoesNotContain(checkpoint.Tensors.Keys, name => name.Contains("token_head", StringComparison.Ordinal));
        }

        using PairRankerNetwork network = NetworkWeights.LoadRanker(export);
        RankerTokens tokens = RankerTokens.Load(export);
        long[] ids = new long[20];
        int length = tokens.Layout.Write(tokens.Encode("why"), tokens.Encode("good"), tokens.Encode("bad"), 9, 9, ids, new int[3]);
        Tensor batch = tensor(ids[..length], [1, length]);
        Assert.True(float.IsFinite(network.Logits(batch, ones(1, length)).item<float>()));
        Assert.Equal(network.Config, NetworkConfig.Load(export));
    }

    [Fact]
    public void Run_AfterTheShapeChanged_RefusesTheCheckpoint()
    {
        Native.SkipWithout();
        Train("shape", steps: 2, stopAfter: null);
        var error = Assert.Throws<ModelException>(() => Train("shape", steps: 2, stopAfter: null, hidden: 24));
        Assert.Contains("another shape", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OfABadConfiguration_NamesFileAndField()
    {
        string file = folder.At("bad.json");
        File.WriteAllText(file, Config("bad", 5, 2, 16).ToJsonString().Replace("instructgpt", "hinge", StringComparison.Ordinal));
        Assert.Contains("loss is hinge", Assert.Throws<DataException>(() => RankerRunConfig.Load(file)).Message, StringComparison.Ordinal);
        JsonObject config = Config("bad", 5, 2, 16);
        config["learning_rate"] = 1;
        File.WriteAllText(file, config.ToJsonString());
        Assert.Contains("learning_rate", Assert.Throws<DataException>(() => RankerRunConfig.Load(file)).Message, StringComparison.Ordinal);
        Assert.Throws<DataException>(() => RankerRunConfig.Load(folder.At("none.json")));
    }

    [Fact]
    public void New_WeightsOfAnUnknownTag_SaysWhichTagsThereAre()
    {
        Native.SkipWithout();
        JsonObject config = Config("tags", 5, 2, 16);
        config["phases"]![0]!["weights"]!["nowhere"] = 1;
        var error = Assert.Throws<DataException>(() => new Trainer(Load(config)));
        Assert.Contains("nowhere", error.Message, StringComparison.Ordinal);
        Assert.Contains("toy", error.Message, StringComparison.Ordinal);
    }

    private static void AddTeacher(JsonObject config)
    {
        config["teacher"] = new JsonObject { ["crowds"] = new JsonObject { ["toy"] = new JsonArray("toy") }, ["ridge"] = 1 };
        JsonObject phase = config["phases"]![0]!.AsObject();
        phase["weights"]!["unjudged"] = 0.1;
        phase["sharpness"] = 2;
        phase["seam_weight"] = 0.2;
        phase["made_up_kinds"] = new JsonObject { ["off-topic"] = 1, ["damage-ShuffledWords"] = 2 };
    }

    private void Train(string name, int steps, int? stopAfter, int workers = 2, int hidden = 16, Action<JsonObject>? change = null)
    {
        JsonObject config = Config(name, steps, workers, hidden);
        change?.Invoke(config);
        using var trainer = new Trainer(Load(config));
        RunFolder.Run(trainer, stopAfter);
    }

    private RankerRunConfig Load(JsonObject config) => RankerRunConfig.Load(folder.Write(config));

    private JsonObject Config(string name, int steps, int workers, int hidden)
    {
        JsonObject config = folder.RankerConfig(name, pairs: 64, steps, workers);
        config["network"]!["hidden_size"] = hidden;
        config["corpus"] = new JsonArray(folder.Write("corpus.jsonl", 64, i => new
        {
            id = $"c{i}",
            source = "toy",
            licence = "none",
            prompt = $"what is number {i - i % 2}",
            text = $"Number {i} is one. It comes after {i - 1} and before the next. Nobody has counted much further than that.",
        }));
        config["loss"] = "instructgpt";
        config["validate_every"] = 100;
        config["validation_pairs"] = 2;
        config["phases"]![0]!["weights"] = new JsonObject { ["toy"] = 0.9, ["made-up"] = 0.1 };
        return config;
    }
}
