using System.Text.Json.Nodes;
using LLMBlender.Inference.Encoder;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.TestKit;

namespace LLMBlender.Inference.Tests.Encoder;

/// <summary>ModernBERT encoders, classifiers and masked language models against the network written a second time.</summary>
public sealed class ModernBertTests : IDisposable
{
    private const int Start = 27;
    private const int Separator = 28;
    private const string Question = "what is red";

    // With a reach of 4 tokens, the second answer is longer than a local window, and the batch has padding.
    private static readonly string[] Answers = ["so", "leaves are red and green and there is more of this kind to be read here"];

    private readonly ModernBertCheckpoint checkpoint = new();

    public void Dispose() => checkpoint.Dispose();

    [Theory]
    [InlineData("", false, Precision.Float32, 2e-5)]
    [InlineData("model.", true, Precision.Float32, 2e-5)]
    [InlineData("", true, Precision.Float16, 0.02)]
    [InlineData("", true, Precision.Int8, 0.4)]
    public void States_RowsOfSeveralLengths_AreThePlainNetworks(string prefix, bool biases, Precision precision, double tolerance)
    {
        checkpoint.AddEncoder(prefix, biases);
        using var model = EncoderModel.Load(checkpoint.Import("model", precision: precision));
        int[][] rows = [[Start, 0, 1, Separator], [Start, .. Enumerable.Range(0, 60).Select(i => i * 7 % 26), Separator], [Start, 5, Separator]];

        Assert.Equal((ModernBertCheckpoint.Layers, 300), (model.Layers, model.MaxLength));
        var reference = new ReferenceModernBert(checkpoint, prefix);
        for (var layer = 0; layer <= model.Layers; layer++)
        {
            var states = model.States(rows, layer);
            Assert.All(rows.Zip(states), pair => AssertNear(reference.AllStates(pair.First)[layer].SelectMany(row => row), pair.Second, tolerance));
        }
    }

    // The reach is half of local_attention, rounded down, inclusive.
    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    [InlineData(128)]
    public void States_OtherLocalAttention_AreThePlainNetworks(int localAttention)
    {
        checkpoint.AddEncoder("");
        checkpoint.Config["local_attention"] = localAttention;
        using var model = EncoderModel.Load(checkpoint.Import("model"));
        int[] row = [Start, .. Enumerable.Range(0, 200).Select(i => i * 11 % 26), Separator];

        var states = model.States([row, row[..3]], ModernBertCheckpoint.Layers);

        AssertNear(new ReferenceModernBert(checkpoint, "").States(row).SelectMany(state => state), states[0], 2e-5);
    }

    // transformers 5 writes the kinds of layers and an object of positions instead of the former fields.
    [Fact]
    public void Import_ConfigOfTransformers5_GivesTheSameModel()
    {
        checkpoint.AddEncoder("");
        var expected = ModelManifest.Read(checkpoint.Import("former"));
        foreach (var field in (string[])["global_attn_every_n_layers", "global_rope_theta", "local_rope_theta"])
        {
            checkpoint.Config.Remove(field);
        }

        SetLayerTypes(layer => layer % 3 != 0);
        checkpoint.Config["rope_parameters"] = JsonNode.Parse(
            """{"full_attention": {"rope_type": "default", "rope_theta": 160000.0}, "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}}""");
        var actual = ModelManifest.Read(checkpoint.Import("current"));

        Assert.Equal(expected.Files["graph.onnx"], actual.Files["graph.onnx"]);
        Assert.Equal(expected.TensorHash, actual.TensorHash);
    }

    [Fact]
    public void Import_LocalBaseOfNull_IsTheGlobalBase()
    {
        checkpoint.AddEncoder("");
        checkpoint.Config["local_rope_theta"] = 160000.0;
        var expected = ModelManifest.Read(checkpoint.Import("number"));
        checkpoint.Config["local_rope_theta"] = null;

        var actual = ModelManifest.Read(checkpoint.Import("null"));

        Assert.Equal(expected.Files["model.safetensors"], actual.Files["model.safetensors"]);
        checkpoint.Config.Remove("local_rope_theta");
        Assert.NotEqual(expected.Files["model.safetensors"], ModelManifest.Read(checkpoint.Import("absent")).Files["model.safetensors"]);
    }

    [Fact]
    public void States_LayerTypesAndBases_AreThoseOfTheConfig()
    {
        checkpoint.AddEncoder("");
        SetLayerTypes(layer => layer is 0 or 3);
        checkpoint.Config["global_rope_theta"] = 40.0;
        checkpoint.Config["rope_parameters"] = JsonNode.Parse(
            """{"full_attention": {"rope_type": "default"}, "sliding_attention": {"rope_type": "default", "rope_theta": 500.0}}""");
        using var model = EncoderModel.Load(checkpoint.Import("model"));
        int[] row = [Start, .. Enumerable.Range(0, 40), Separator];

        var states = model.States([row], ModernBertCheckpoint.Layers);

        checkpoint.Config["local_rope_theta"] = 500.0;
        AssertNear(new ReferenceModernBert(checkpoint, "").States(row).SelectMany(state => state), states[0], 2e-5);
    }

    [Theory]
    [InlineData("cls", false, Precision.Float32, 2e-5)]
    [InlineData("cls", true, Precision.Float32, 2e-5)]
    [InlineData("mean", false, Precision.Float32, 2e-5)]
    [InlineData("mean", true, Precision.Float32, 2e-5)]
    [InlineData("cls", true, Precision.Float16, 0.02)]
    [InlineData("mean", false, Precision.Float16, 0.02)]
    [InlineData("cls", false, Precision.Int8, 0.4)]
    [InlineData("mean", true, Precision.Int8, 0.4)]
    public void Score_Classifier_IsItsHeadOverThePooledState(string pooling, bool biases, Precision precision, double tolerance)
    {
        AddClassifier(biases);
        checkpoint.Config["classifier_pooling"] = pooling;
        using var model = ClassifierModel.Load(checkpoint.Import("model", precision: precision));

        var scores = model.Score([.. Answers.Select(answer => (Question, (string?)answer))]);

        Assert.Equal((ModelKind.Classifier, 2), (model.Manifest.Kind, model.Labels));
        var reference = new ReferenceModernBert(checkpoint, "model.");
        Assert.All(Answers.Zip(scores), pair =>
        {
            var states = reference.States(
                [Start, .. ModernBertCheckpoint.Encode(Question), Separator, .. ModernBertCheckpoint.Encode(pair.First), Separator]);
            double[] pooled = pooling == "cls" ? states[0] : [.. Enumerable.Range(0, states[0].Length).Select(d => states.Average(state => state[d]))];
            AssertNear(reference.Dense(reference.Head(pooled), "classifier"), pair.Second, tolerance);
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Score_RewardModel_IsTheLogitOrTheDifferenceOfTwo(int labels)
    {
        AddClassifier(biases: false, labels);
        var folder = checkpoint.Import("model");
        using var classifier = ClassifierModel.Load(folder);
        using var model = RewardModel.Load(folder);

        var scores = model.Score([.. Answers.Select(answer => model.Encode(Question, answer))]);

        var logits = classifier.Score([.. Answers.Select(answer => (Question, (string?)answer))]);
        AssertNear(logits.Select(row => labels == 1 ? (double)row[0] : row[1] - row[0]), scores, 1e-6);
    }

    [Theory]
    [InlineData(true, Precision.Float32, 2e-4)]
    [InlineData(false, Precision.Float32, 2e-4)]
    [InlineData(true, Precision.Float16, 0.05)]
    [InlineData(false, Precision.Int8, 2)]
    public void Score_MaskedLanguageModel_SumsLogProbabilitiesOfMaskedTokens(bool biases, Precision precision, double tolerance)
    {
        checkpoint.AddEncoder("model.", biases);
        checkpoint.AddHead();
        checkpoint.Config["decoder_bias"] = biases;
        if (biases)
        {
            checkpoint.Add("decoder.bias", 1, 64);
        }

        using var model = MaskedLanguageModel.Load(checkpoint.Import("model", ModelKind.MlmScorer, precision));

        var score = model.Score([Answers[1][..20]])[0];

        const int Mask = 31;
        int[] ids = [Start, .. ModernBertCheckpoint.Encode(Answers[1][..20]), Separator];
        var reference = new ReferenceModernBert(checkpoint, "model.");
        var words = checkpoint.Tensors["model.embeddings.tok_embeddings.weight"].Values;
        var expected = Enumerable.Range(1, ids.Length - 2).Sum(position =>
        {
            var head = reference.Head(reference.States([.. ids[..position], Mask, .. ids[(position + 1)..]])[position]);
            double[] logits = [.. Enumerable.Range(0, 64).Select(id =>
                head.Select((value, d) => value * words[(id * head.Length) + d]).Sum() + (biases ? checkpoint.Tensors["decoder.bias"].Values[id] : 0))];
            return logits[ids[position]] - Math.Log(logits.Sum(Math.Exp));
        });
        Assert.Equal(20, score.Tokens);
        AssertNear([expected], [(float)score.Sum], tolerance);
    }

    [Fact]
    public void Embed_SimCls_IsTheFirstState()
    {
        checkpoint.AddEncoder("");
        using var model = EmbeddingModel.Load(checkpoint.Import("model", ModelKind.SimCls));

        var vectors = model.Embed(Answers);

        var reference = new ReferenceModernBert(checkpoint, "");
        Assert.All(Answers.Zip(vectors), pair =>
            AssertNear(reference.States([Start, .. ModernBertCheckpoint.Encode(pair.First), Separator])[0], pair.Second, 2e-5));
    }

    [Theory]
    [InlineData("hidden_activation", "\"silu\"", "only gelu is supported")]
    [InlineData("classifier_activation", "\"relu\"", "only gelu is supported")]
    [InlineData("classifier_pooling", "\"max\"", "must be cls or mean")]
    [InlineData("num_attention_heads", "3", "num_attention_heads, 3")]
    [InlineData("num_attention_heads", "32", "even head size")]
    [InlineData("layer_types", "[\"full_attention\"]", "for each of the 5 layers")]
    [InlineData("layer_types", "[\"a\", \"a\", \"a\", \"a\", \"a\"]", "must be full_attention or sliding_attention")]
    [InlineData("local_attention", "[1, 2]", "must be an integer")]
    [InlineData("rope_scaling", "{\"factor\": 2}", "scaled rotary positions are not supported")]
    [InlineData("rope_parameters", "{\"full_attention\": {\"rope_type\": \"yarn\"}}", "rope_parameters: full_attention: \"rope_type\" is \"yarn\", but only default")]
    [InlineData("rope_parameters", "3", "must be an object")]
    public void Import_UnsupportedField_IsRejectedWithNameAndRule(string field, string value, string rule)
    {
        checkpoint.AddEncoder("");
        checkpoint.Config[field] = JsonNode.Parse(value);

        var e = Assert.Throws<ModelException>(() => checkpoint.Import("model"));

        Assert.Contains(rule, e.Message, StringComparison.Ordinal);
        Assert.Contains(field == "num_attention_heads" ? "\"hidden_size\" is 32" : field, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Import_BiasThatTheCheckpointLacks_IsRejectedByName()
    {
        checkpoint.AddEncoder("");
        checkpoint.Config["mlp_bias"] = true;

        var e = Assert.Throws<ModelException>(() => checkpoint.Import("model"));

        Assert.Contains("layers.0.mlp.Wi.bias", e.Message, StringComparison.Ordinal);
    }

    private void AddClassifier(bool biases, int labels = 2)
    {
        checkpoint.AddEncoder("model.", biases);
        checkpoint.AddHead();
        checkpoint.AddDense("classifier", 1, labels, ModernBertCheckpoint.Hidden);
        checkpoint.Config["architectures"] = new JsonArray("ModernBertForSequenceClassification");
    }

    private void SetLayerTypes(Func<int, bool> isLocal) => checkpoint.Config["layer_types"] = new JsonArray(
        [.. Enumerable.Range(0, ModernBertCheckpoint.Layers).Select(layer => (JsonNode)(isLocal(layer) ? "sliding_attention" : "full_attention"))]);

    private static void AssertNear(IEnumerable<double> expected, float[] actual, double tolerance)
    {
        double[] values = [.. expected];
        Assert.Equal(values.Length, actual.Length);
        Assert.InRange(values.Zip(actual, (a, b) => Math.Abs(a - b)).Max(), 0, tolerance);
    }
}
