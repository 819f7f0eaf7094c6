using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.Inference;
using LLMBlender.Inference.Checkpoints;
using LLMBlender.TestKit;
using LLMBlender.Training.Data;
using LLMBlender.Training.Network;
using LLMBlender.Training.Runs;
using static TorchSharp.torch;

namespace LLMBlender.Training.Tests.Runs;

public sealed class TrainerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("trainer-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Run_OnAToyTask_LowersTheLoss()
    {
        Native.SkipWithout();
        Train("toy", steps: 60, stopAfter: null);
        double[] losses = [.. Log("toy", "step").Select(record => record["loss"]!.GetValue<double>())];
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
        Assert.Equal(Weights("whole"), Weights("parts"));
    }

    [Fact]
    public void Run_WithATeacherStoppedAndResumed_LogsItsAccuracyAndEndsWithTheVeryWeights()
    {
        Native.SkipWithout();
        Train("taught", steps: 12, stopAfter: null, change: AddTeacher);
        Train("taught-parts", steps: 12, stopAfter: 5, change: AddTeacher);
        Train("taught-parts", steps: 12, stopAfter: null, workers: 1, change: AddTeacher);
        Assert.Equal(Weights("taught"), Weights("taught-parts"));
        Assert.InRange(Assert.Single(Log("taught", "teacher"))["toy"]!.GetValue<double>(), 0.9, 1);
        double[] losses = [.. Log("taught", "step").Select(record => record["opinion_loss"]!.GetValue<double>())];
        Assert.True(losses[^1] < losses[0], $"opinion loss went from {losses[0]} to {losses[^1]}");
        Train("untaught", steps: 12, stopAfter: null);
        Assert.NotEqual(Weights("taught"), Weights("untaught"));
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
        string export = Path.Combine(folder, "export", "export");
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
        string file = Path.Combine(folder, "bad.json");
        File.WriteAllText(file, Config("bad", 5, 2, 16).ToJsonString().Replace("instructgpt", "hinge", StringComparison.Ordinal));
        Assert.Contains("loss is hinge", Assert.Throws<DataException>(() => RunConfig.Load(file)).Message, StringComparison.Ordinal);
        JsonObject config = Config("bad", 5, 2, 16);
        config["learning_rate"] = 1;
        File.WriteAllText(file, config.ToJsonString());
        Assert.Contains("learning_rate", Assert.Throws<DataException>(() => RunConfig.Load(file)).Message, StringComparison.Ordinal);
        Assert.Throws<DataException>(() => RunConfig.Load(Path.Combine(folder, "none.json")));
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
        using var stop = new CancellationTokenSource();
        JsonObject config = Config(name, steps, workers, hidden);
        change?.Invoke(config);
        using var trainer = new Trainer(Load(config));
        if (stopAfter is { } limit)
        {
            trainer.Stepped += step =>
            {
                if (step == limit)
                {
                    stop.Cancel();
                }
            };
        }

        Assert.Equal(stopAfter is null, trainer.Run(stop.Token));
    }

    private RunConfig Load(JsonObject config)
    {
        string file = Path.Combine(folder, "run.json");
        File.WriteAllText(file, config.ToJsonString());
        return RunConfig.Load(file);
    }

    private JsonObject Config(string name, int steps, int workers, int hidden)
    {
        string pairs = Path.Combine(folder, "pairs.jsonl");
        string corpus = Path.Combine(folder, "corpus.jsonl");
        File.WriteAllLines(pairs, Enumerable.Range(0, 64).Select(i => JsonSerializer.Serialize(new
        {
            id = $"{i}",
            source = "toy",
            prompt = $"question {i}",
            chosen = $"this is a good answer {i % 7}",
            rejected = $"that was some bad reply {i % 5}",
        })));
        File.WriteAllLines(corpus, Enumerable.Range(0, 64).Select(i => JsonSerializer.Serialize(new
        {
            id = $"c{i}",
            source = "toy",
            licence = "none",
            prompt = $"what is number {i - i % 2}",
            text = $"Number {i} is one. It comes after {i - 1} and before the next. Nobody has counted much further than that.",
        })));
        return new JsonObject
        {
            ["out"] = name,
            ["tokenizer"] = Fixture.File("pairrm-tiny"),
            ["network"] = new JsonObject
            {
                ["hidden_size"] = hidden,
                ["num_hidden_layers"] = 2,
                ["num_attention_heads"] = 2,
                ["intermediate_size"] = 32,
                ["position_buckets"] = 8,
                ["max_position_embeddings"] = 64,
                ["initializer_range"] = 0.1,
            },
            ["pairs"] = new JsonArray(pairs),
            ["corpus"] = new JsonArray(corpus),
            ["loss"] = "instructgpt",
            ["cooccurrence_embeddings"] = false,
            ["batch_tokens"] = 512,
            ["batches_per_step"] = 3,
            ["workers"] = workers,
            ["log_every"] = 4,
            ["checkpoint_every"] = 5,
            ["export_every"] = 100,
            ["validate_every"] = 100,
            ["validation_pairs"] = 2,
            ["phases"] = new JsonArray(new JsonObject
            {
                ["name"] = "only",
                ["steps"] = steps,
                ["rate_from"] = 0.005,
                ["rate_to"] = 0.005,
                ["source_max_length"] = 16,
                ["candidate_max_length"] = 48,
                ["weights"] = new JsonObject { ["toy"] = 0.9, ["made-up"] = 0.1 },
            }),
        };
    }

    private IEnumerable<JsonObject> Log(string run, string kind) =>
        File.ReadLines(Path.Combine(folder, run, "log.jsonl"))
            .Select(line => JsonNode.Parse(line)!.AsObject())
            .Where(record => record["kind"]!.GetValue<string>() == kind);

    private Dictionary<string, float[]> Weights(string run)
    {
        using Checkpoint checkpoint = Checkpoint.Open(Path.Combine(folder, run, "export"));
        return checkpoint.Tensors.Keys.ToDictionary(name => name, name => checkpoint.Read(name));
    }
}
