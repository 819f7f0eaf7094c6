using System.Text.Json.Nodes;
using LLMBlender.Inference;
using LLMBlender.Inference.Checkpoints;
using LLMBlender.Training.Data;
using LLMBlender.Training.Fusion.Data;
using LLMBlender.Training.Fusion.Network;
using LLMBlender.Training.Fusion.Runs;
using LLMBlender.Training.Tests.Runs;

namespace LLMBlender.Training.Tests.Fusion.Runs;

public sealed class FuserTrainerTests : IDisposable
{
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Run_OnAToyTask_LowersTheLoss()
    {
        Native.SkipWithout();
        Train("toy", steps: 60, stopAfter: null, copying: false);
        double[] losses = folder.Reported("toy", "loss");
        Assert.InRange(losses[0], 4, 12);
        Assert.True(losses[^1] < losses[0] - 1.5, $"loss went from {losses[0]} to {losses[^1]}");
    }

    [Fact]
    public void Run_StoppedAndResumed_EndsWithTheVeryWeights()
    {
        Native.SkipWithout();
        Train("whole", steps: 14, stopAfter: null);
        Train("parts", steps: 14, stopAfter: 4);
        Train("parts", steps: 14, stopAfter: 9, workers: 1);
        Train("parts", steps: 14, stopAfter: null);
        Assert.Equal(folder.Weights("whole"), folder.Weights("parts"));
    }

    [Fact]
    public void Run_Finished_ExportsAFolderThatLoadsAgain()
    {
        Native.SkipWithout();
        Train("export", steps: 2, stopAfter: null);
        string export = folder.At("export", "export");
        using (Checkpoint checkpoint = Checkpoint.Open(export))
        {
            Assert.Equal([64, 48], checkpoint.Find("encoder.block.1.layer.0.SelfAttention.q.weight").Shape);
            Assert.Equal([32, 4], checkpoint.Find("decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight").Shape);
            Assert.Equal([48, 32], checkpoint.Find("decoder.block.0.layer.2.DenseReluDense.wo.weight").Shape);
            Assert.DoesNotContain("lm_head.weight", checkpoint.Tensors.Keys);
        }

        FuserTokens tokens = FuserTokens.Load(export);
        using FuserNetwork network = FuserNetwork.Load(export);
        Assert.Equal(tokens.VocabSize, network.Config.VocabSize);
        int[] source = tokens.Source(new FusionRecord("Say it.", ["one two", "one three"], ""));
        IReadOnlyList<int[]> answers = new GreedyWriter(network).Write([source, source[..9]], 5);
        Assert.Equal(2, answers.Count);
        Assert.All(answers, answer => Assert.InRange(answer.Length, 0, 5));
        Assert.Equal(answers[0], new GreedyWriter(network).Write([source], 5)[0]);
        JsonNode generation = JsonNode.Parse(File.ReadAllText(Path.Combine(export, "generation_config.json")))!;
        Assert.Equal(1, generation["eos_token_id"]!.GetValue<int>());
    }

    [Fact]
    public void CopyingStart_BeforeAnyStep_ContinuesWhatTheSourceSays()
    {
        Native.SkipWithout();
        FuserTokens tokens = FuserTokens.Load(FuserFolder.Write(folder.At("tokenizer")));
        FuserConfig shape = Shape(128, 32, 6).With(tokens);
        using var copying = new FuserNetwork(shape);
        CopyingStart.Fill(copying, 1);
        using var plain = new FuserNetwork(shape);
        FuserInitialization.Fill(plain, 1);
        const string answer = "The old mill by the river was sold in spring to a young baker who wanted nothing but its heavy stones.";
        FusionBatch batch = FusionBatch.Of(
            [FusionExample.Of(new FusionRecord("What became of the mill?", [answer, "Nobody knows.", answer], answer), tokens)], tokens.PadId);
        Assert.InRange(Accuracy(copying, batch), 0.8, 1);
        Assert.InRange(Accuracy(plain, batch), 0, 0.3);
    }

    [Fact]
    public void CopyingStart_WithoutRoom_SaysWhatItNeeds()
    {
        Native.SkipWithout();
        FuserTokens tokens = FuserTokens.Load(FuserFolder.Write(folder.At("tokenizer")));
        using var network = new FuserNetwork(Shape(32, 8, 2).With(tokens));
        Assert.Throws<ArgumentException>(() => CopyingStart.Fill(network, 1));
    }

    [Fact]
    public void Load_OfABadConfiguration_NamesFileAndField()
    {
        string file = folder.At("bad.json");
        JsonObject config = Config("bad", 5, 1, copying: true);
        config["phases"]![0]!["recipe"]!["most_tokens"] = 4;
        File.WriteAllText(file, config.ToJsonString());
        Assert.Contains("most_tokens 4", Assert.Throws<DataException>(() => FuserRunConfig.Load(file)).Message, StringComparison.Ordinal);
        config["learning_rate"] = 1;
        File.WriteAllText(file, config.ToJsonString());
        Assert.Contains("learning_rate", Assert.Throws<DataException>(() => FuserRunConfig.Load(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OfAFolderOfAnotherKind_NamesFileAndField()
    {
        File.WriteAllText(folder.At("config.json"), """{"model_type":"bart"}""");
        Assert.Contains("model_type", Assert.Throws<ModelException>(() => FuserConfig.Load(folder.At())).Message, StringComparison.Ordinal);
    }

    private static FuserShape Shape(int model, int head, int heads) => new()
    {
        DModel = model, DKv = head, NumHeads = heads, DFf = 2 * model, NumLayers = 1, NumDecoderLayers = 1,
    };

    private static double Accuracy(FuserNetwork network, FusionBatch batch) =>
        new FuserLoss(network, [.. network.parameters()], half: false).Measure(batch).Right / (double)batch.Wanted.Length;

    private void Train(string name, int steps, int? stopAfter, int workers = 2, bool copying = true)
    {
        using var trainer = new FuserTrainer(FuserRunConfig.Load(folder.Write(Config(name, steps, workers, copying))));
        RunFolder.Run(trainer, stopAfter);
    }

    private JsonObject Config(string name, int steps, int workers, bool copying)
    {
        string corpus = folder.Write("corpus.jsonl", 96, i => new
        {
            id = $"{i}",
            source = "toy",
            prompt = $"what is number {i}",
            text = $"Number {i} is one of many. It comes after {i - 1} and before the next one. Nobody has counted much further than that.",
        });
        return new JsonObject
        {
            ["out"] = name,
            ["tokenizer"] = FuserFolder.Write(folder.At("tokenizer")),
            ["network"] = new JsonObject
            {
                ["d_model"] = 48, ["d_kv"] = 16, ["num_heads"] = 4, ["d_ff"] = 32, ["num_layers"] = 2, ["num_decoder_layers"] = 1,
            },
            ["corpus"] = new JsonArray(corpus),
            ["copying_start"] = copying,
            ["workers"] = workers,
            ["batch_tokens"] = 512,
            ["batches_per_step"] = 2,
            ["log_every"] = 4,
            ["checkpoint_every"] = 3,
            ["validation_records"] = 4,
            ["validation_answers"] = 1,
            ["phases"] = new JsonArray(new JsonObject
            {
                ["name"] = "only",
                ["steps"] = steps,
                ["rate_from"] = 0.003,
                ["rate_to"] = 0.003,
                ["recipe"] = new JsonObject { ["least_tokens"] = 12, ["most_tokens"] = 40, ["input_noise"] = 0.05 },
            }),
        };
    }
}
