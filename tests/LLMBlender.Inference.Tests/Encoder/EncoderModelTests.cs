using System.Text.Json;
using LLMBlender.Inference.Encoder;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.Sessions;
using LLMBlender.TestKit;

namespace LLMBlender.Inference.Tests.Encoder;

public sealed class EncoderModelTests : IDisposable
{
    private static readonly string[] Texts = ["Leaves change colour.", "On Tuesday a long budget meeting ended without a decision.", "x"];

    private readonly BertCheckpoint bert = new();

    public void Dispose() => bert.Dispose();

    [Fact]
    public void States_OfTheChosenLayer_AreTheReferences()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(PackedFixture.Cases("bert-tiny"), "bertscore.json")));
        int[] ids = [.. document.RootElement.GetProperty("candidate_ids")[0].EnumerateArray().Select(id => id.GetInt32())];
        var bytes = File.ReadAllBytes(Path.Combine(PackedFixture.Cases("bert-tiny"), "bertscore.bin"));
        using var model = EncoderModel.Load(bert.Import("model"), Accelerator.Cpu);

        var states = model.States([ids], document.RootElement.GetProperty("num_layers").GetInt32())[0];

        Assert.Equal((3, 64, ids.Length * BertCheckpoint.Hidden), (model.Layers, model.MaxLength, states.Length));
        Assert.InRange(states.Select((value, i) => Math.Abs(value - BitConverter.ToSingle(bytes, 4 * i))).Max(), 0, 2e-5);
    }

    [Fact]
    public void States_InABatch_AreThoseAlone()
    {
        using var model = EncoderModel.Load(bert.Import("model"));
        int[][] rows = [.. Texts.Select(text => model.Tokenizer.EncodeTruncated(text, 64))];

        var together = model.States(rows, 3);

        Assert.All(rows.Zip(together), pair => Assert.InRange(Largest(model.States([pair.First], 3)[0], pair.Second), 0, 1e-5));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.States(rows, 4));
    }

    [Fact]
    public void Encode_LastLayer_IsTheLastOfStates()
    {
        using var model = EncoderModel.Load(bert.Import("model"));
        int[] ids = model.Tokenizer.EncodeTruncated(Texts[1], 64);

        Assert.Equal(model.States([ids], model.Layers)[0], model.Encode(ids, [.. ids.Select(_ => 1)], ids.Length));
    }

    // A RoBERTa is a BERT that numbers positions from the padding's id + 1 on and knows one token type: the same tensors, moved.
    [Fact]
    public void States_OfTheSameNetworkAsRoberta_AreTheSame()
    {
        using var model = EncoderModel.Load(bert.Import("bert"));
        int[][] rows = [.. Texts.Select(text => model.Tokenizer.EncodeTruncated(text, 64))];
        var expected = model.States(rows, 3);
        AsRoberta(padding: 0);
        bert.Prefix("roberta.");

        using var roberta = EncoderModel.Load(bert.Import("roberta"));

        Assert.Equal(64, roberta.MaxLength);
        Assert.Contains("RoBERTa", roberta.Manifest.Origin, StringComparison.Ordinal);
        Assert.All(expected.Zip(roberta.States(rows, 3)), pair => Assert.InRange(Largest(pair.First, pair.Second), 0, 1e-5));
    }

    [Theory]
    [InlineData(Precision.Float16, 0.02)]
    [InlineData(Precision.Int8, 0.4)]
    [InlineData(Precision.Int8Weights, 0.1)]
    public void States_OfANarrowPrecision_StayNear(Precision precision, double tolerance)
    {
        using var single = EncoderModel.Load(bert.Import("single"));
        using var narrow = EncoderModel.Load(bert.Import("narrow", precision: precision));
        int[][] rows = [.. Texts.Select(text => single.Tokenizer.EncodeTruncated(text, 64))];

        Assert.InRange(Largest(single.States(rows, 3)[1], narrow.States(rows, 3)[1]), 1e-6, tolerance);
    }

    [Theory]
    [InlineData("hidden_act", "relu", "only gelu is supported")]
    [InlineData("position_embedding_type", "relative_key", "only absolute is supported")]
    [InlineData("embedding_size", 32, "must be hidden_size")]
    [InlineData("num_attention_heads", 5, "\"hidden_size\" is 64")]
    [InlineData("vocab_size", 1000, "the tokenizer has 1630 ids")]
    [InlineData("num_hidden_layers", 4, "has no tensor 'encoder.layer.3.")]
    [InlineData("llmblender_kind", "oracle", "must be one of encoder")]
    public void Import_ConfigThatIsNotBuilt_IsRefusedByName(string field, object value, string problem)
    {
        bert.Config[field] = System.Text.Json.Nodes.JsonValue.Create(value);

        Assert.Contains(problem, Assert.Throws<ModelException>(() => bert.Import("model")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Import_AsAKindThatItCantBe_SaysWhichThereAre()
    {
        var e = Assert.Throws<ModelException>(() => bert.Import("model", kind: ModelKind.PairRanker));

        Assert.Contains("can't become a pair-ranker", e.Message, StringComparison.Ordinal);
        Assert.Contains(ModelKind.MlmScorer, e.Message, StringComparison.Ordinal);
    }

    private void AsRoberta(int padding)
    {
        bert.Config["model_type"] = "roberta";
        bert.Config["type_vocab_size"] = 1;
        bert.Config["pad_token_id"] = padding;
        bert.Config["max_position_embeddings"] = 64 + padding + 1;
        var positions = bert.Tensors["embeddings.position_embeddings.weight"];
        bert.Tensors["embeddings.position_embeddings.weight"] =
            ([64 + padding + 1, BertCheckpoint.Hidden], [.. new float[(padding + 1) * BertCheckpoint.Hidden], .. positions.Values]);
        var types = bert.Tensors["embeddings.token_type_embeddings.weight"];
        bert.Tensors["embeddings.token_type_embeddings.weight"] = ([1, BertCheckpoint.Hidden], types.Values[..BertCheckpoint.Hidden]);
    }

    private static double Largest(float[] expected, float[] actual) => expected.Zip(actual, (a, b) => (double)Math.Abs(a - b)).Max();
}
