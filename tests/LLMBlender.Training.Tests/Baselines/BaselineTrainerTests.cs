using System.Text.Json.Nodes;
using LLMBlender.Inference.Encoder;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.TestKit;
using LLMBlender.Training.Baselines;
using LLMBlender.Training.Data;
using LLMBlender.Training.Network;
using LLMBlender.Training.Runs;
using LLMBlender.Training.Tests.Runs;
using RankerTokens = LLMBlender.Training.Runs.RankerTokens;

namespace LLMBlender.Training.Tests.Baselines;

public sealed class BaselineTrainerTests : IDisposable
{
    private const string Good = "this is a good answer 3";
    private const string Bad = "that was some bad reply 2";

    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("summareranker", 60, 0.2)]
    [InlineData("simcls", 60, 0.05)]
    [InlineData("mlm", 120, 1.5)]
    public void Run_OnAToyTask_LowersTheLossAndExportsWhatInferenceRanksBy(string shape, int steps, double less)
    {
        Native.SkipWithout();
        Train(shape, shape, steps, stopAfter: null);

        double[] losses = folder.Reported(shape, "loss");
        Assert.True(losses[^1] < losses[0] - less, $"loss went from {losses[0]} to {losses[^1]}");
        JsonObject validation = folder.Log(shape, "validation").Last()["toy"]!.AsObject();
        Assert.InRange(validation["accuracy"]!.GetValue<double>(), shape is "mlm" ? 0.3 : 0.9, 1);
        string model = ModelImport.Import(folder.At(shape, "export"), folder.At("model"), Precision.Float32).Path;
        double[] scores = Rank(model, shape, "question 99", [Good, Bad]);
        Assert.True(scores[0] > scores[1], $"good has {scores[0]}, bad {scores[1]}");
    }

    [Fact]
    public void Export_OfEachShape_GivesInferenceTheNetworksNumbers()
    {
        Native.SkipWithout();
        string tokenizer = Fixture.File("pairrm-tiny");
        RankerTokens tokens = RankerTokens.Load(tokenizer);
        NetworkConfig config = Load(Config("shape", "simcls", 1, 1)).Network.With(tokens);
        int[] good = tokens.Encode("good"), bad = tokens.Encode("bad");
        foreach (BaselineShape shape in Enum.GetValues<BaselineShape>())
        {
            using var network = new BaselineNetwork(config, shape, ["a", "b"]);
            Initialization.Fill(network, 0.3, 5);
            string export = folder.At($"{shape}");
            NetworkWeights.Export(network, network.ToJson(), tokenizer, export);
            string model = ModelImport.Import(export, export + "-model", Precision.Float32).Path;
            (float[] expected, float[] actual) = shape switch
            {
                BaselineShape.SummaReranker => (Forward([1, .. good, 2, .. bad, 2], 0), Score(model)),
                BaselineShape.SimCls => (Forward([1, .. good, 2], 0), Embed(model)),
                _ => (MaskedSum(), [(float)PseudoLikelihood(model)]),
            };

            Assert.Equal(expected.Length, actual.Length);
            Assert.InRange(expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max(), 0, 2e-4);

            float[] Forward(int[] row, int position)
            {
                using var gradient = TorchSharp.torch.no_grad();
                return network.Forward(RowBatch.Of([row], [position], [], 1), null, half: false).data<float>().ToArray();
            }

            float[] MaskedSum()
            {
                int mask = tokens.RequireMask(true, tokenizer);
                return [good.Select((id, i) =>
                {
                    int[] row = [1, .. good, 2];
                    row[i + 1] = mask;
                    float[] logits = Forward(row, i + 1);
                    return logits[id] - (float)Math.Log(logits.Sum(logit => Math.Exp(logit)));
                }).Sum()];
            }
        }
    }

    private static float[] Score(string model)
    {
        using ClassifierModel classifier = ClassifierModel.Load(model);
        return classifier.Score([("good", "bad")])[0];
    }

    private static float[] Embed(string model)
    {
        using EmbeddingModel embedding = EmbeddingModel.Load(model);
        return embedding.Embed(["good"])[0];
    }

    private static double PseudoLikelihood(string model)
    {
        using MaskedLanguageModel masked = MaskedLanguageModel.Load(model);
        return masked.Score(["good"])[0].Sum;
    }

    [Theory]
    [InlineData("summareranker")]
    [InlineData("simcls")]
    [InlineData("mlm")]
    public void Run_StoppedAndResumed_EndsWithTheVeryWeights(string shape)
    {
        Native.SkipWithout();
        Train("whole", shape, steps: 12, stopAfter: null);
        Train("parts", shape, steps: 12, stopAfter: 5);
        Train("parts", shape, steps: 12, stopAfter: null, workers: 1);

        Assert.Equal(folder.Weights("whole"), folder.Weights("parts"));
    }

    [Fact]
    public void Run_FromARankersEncoder_StartsWithItsWeights()
    {
        Native.SkipWithout();
        Train("first", "simcls", steps: 1, stopAfter: null);
        Train("second", "summareranker", steps: 1, stopAfter: null, change: config =>
        {
            config["start_from"] = folder.At("first", "export");
            config["phases"]![0]!["rate_from"] = 0;
            config["phases"]![0]!["rate_to"] = 0;
        });

        const string Name = "deberta.encoder.layer.1.attention.self.value_proj.weight";
        Assert.Equal(folder.Weights("first")[Name], folder.Weights("second")[Name]);
    }

    [Theory]
    [InlineData("oracle", "shape is oracle; it must be pairranker or one of summareranker, simcls, mlm")]
    [InlineData("simcls", "no made-up pairs")]
    public void Load_OfARunThatCantBe_NamesTheRule(string shape, string problem)
    {
        JsonObject config = Config("bad", shape, 1, 1);
        config["phases"]![0]!["weights"]!["made-up"] = 1;

        Assert.Contains(problem, Assert.Throws<DataException>(() => Load(config)).Message, StringComparison.Ordinal);
    }

    // Of eight tokens at a quarter two are asked for, each row as many, and targets are what stood there.
    [Fact]
    public void Of_MaskedRows_AsksAsMuchOfEachAndKeepsTheAnswers()
    {
        var layout = new RowLayout(BaselineShape.Mlm, 1, 2, 9, 100, [], 0.25);
        var mixture = new Mixture(new Dictionary<string, double>(), 8, 32, 1, null);
        TrainingPair[] pairs = [Pair([20, 21, 22, 23, 24, 25, 26, 27]), Pair([30, 31, 32, 33, 34, 35, 36, 37, 38])];

        RowBatch batch = layout.Of(pairs, mixture, new Random(3));

        Assert.Equal((2, 4, 11), (batch.Rows, batch.Count, batch.Length));
        Assert.All(Enumerable.Range(0, 4), i => Assert.Equal(pairs[i / 2].Better[batch.Positions[i] - 1], batch.Targets[i]));
        Assert.Equal([1, 1], new[] { batch.Ids[0], batch.Ids[11] });
        Assert.All(Enumerable.Range(0, 8).Where(i => !batch.Positions.Take(2).Contains(i + 1)), i => Assert.Equal(pairs[0].Better[i], batch.Ids[i + 1]));
    }

    [Fact]
    public void Of_SummaRerankerRows_ReadsSourceAndBothAnswersUnderTheTagsLabel()
    {
        var layout = new RowLayout(BaselineShape.SummaReranker, 1, 2, 9, 100, ["a", "toy"], 0.25);
        var mixture = new Mixture(new Dictionary<string, double>(), 2, 3, 1, null);

        RowBatch batch = layout.Of([Pair([20, 21]) with { Source = [10, 11, 12] }], mixture, new Random(3));

        Assert.Equal([1, 10, 11, 2, 20, 21, 2, 1, 10, 11, 2, 50, 2, 0], batch.Ids);
        Assert.Equal([1L], batch.Targets);
        Assert.Equal([7, 6], batch.Lengths);
    }

    private static TrainingPair Pair(int[] better) => new() { Tag = "toy", Source = [10], Better = better, Worse = [50] };

    private static double[] Rank(string model, string shape, string source, string[] answers)
    {
        if (shape == "summareranker")
        {
            using ClassifierModel classifier = ClassifierModel.Load(model);
            return [.. classifier.Score([.. answers.Select(answer => (source, (string?)answer))]).Select(labels => (double)labels[0])];
        }

        if (shape == "simcls")
        {
            using EmbeddingModel embedding = EmbeddingModel.Load(model);
            float[][] vectors = embedding.Embed([source, .. answers]);
            return [.. vectors.Skip(1).Select(vector => (double)System.Numerics.Tensors.TensorPrimitives.CosineSimilarity<float>(vectors[0], vector))];
        }

        using MaskedLanguageModel masked = MaskedLanguageModel.Load(model);
        return [.. masked.Score(answers).Select(likelihood => likelihood.Mean)];
    }

    private void Train(string name, string shape, int steps, int? stopAfter, int workers = 2, Action<JsonObject>? change = null)
    {
        JsonObject config = Config(name, shape, steps, workers);
        change?.Invoke(config);
        using var trainer = new BaselineTrainer(Load(config));
        RunFolder.Run(trainer, stopAfter);
    }

    private RankerRunConfig Load(JsonObject config) => RankerRunConfig.Load(folder.Write(config));

    private JsonObject Config(string name, string shape, int steps, int workers)
    {
        JsonObject config = folder.RankerConfig(name, pairs: 96, steps, workers);
        config["shape"] = shape;
        config["margin"] = 0.3;
        config["validate_every"] = 20;
        config["validation_pairs"] = 8;
        config["phases"]![0]!["rate_from"] = 0.01;
        return config;
    }
}
