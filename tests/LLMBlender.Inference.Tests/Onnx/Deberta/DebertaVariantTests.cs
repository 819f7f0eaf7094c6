using System.Text.Json.Nodes;
using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.Onnx.Deberta;
using LLMBlender.Inference.PairRanker;
using LLMBlender.TestKit;

namespace LLMBlender.Inference.Tests.Onnx.Deberta;

/// <summary>
/// Structural flags that the published models don't vary, each held to the reference's numbers by writing the tiny
/// checkpoint in another way that means the same network.
/// </summary>
public sealed class DebertaVariantTests : IDisposable
{
    private const string Prefix = "pretrained_model.";
    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<string, (long[] Shape, float[] Values)> tensors = new(StringComparer.Ordinal);
    private readonly JsonObject config;

    public DebertaVariantTests()
    {
        config = JsonNode.Parse(File.ReadAllBytes(Fixture.File("pairrm-tiny", "config.json")))!.AsObject();
        using var checkpoint = Checkpoint.Open(Fixture.File("pairrm-tiny"));
        foreach (var (name, info) in checkpoint.Tensors)
        {
            tensors.Add(name, ([.. info.Shape], checkpoint.Read(name)));
        }
    }

    [Fact]
    public void OwnPositionProjections_EqualToTheContents_GiveTheSameLogits()
    {
        config["share_att_key"] = false;
        for (var layer = 0; layer < 3; layer++)
        {
            var name = $"{Prefix}encoder.layer.{layer}.attention.self.";
            foreach (var part in (string[])["weight", "bias"])
            {
                tensors[$"{name}pos_key_proj.{part}"] = tensors[$"{name}key_proj.{part}"];
                tensors[$"{name}pos_query_proj.{part}"] = tensors[$"{name}query_proj.{part}"];
            }
        }

        AssertReferenceLogits();
    }

    [Fact]
    public void TableWithoutNorm_NormalisedBeforehand_GivesTheSameLogits()
    {
        config["norm_rel_ebd"] = "none";
        var (_, table) = tensors[Prefix + "encoder.rel_embeddings.weight"];
        RelativeTables.Normalise(
            table, 64, (tensors[Prefix + "encoder.LayerNorm.weight"].Values, tensors[Prefix + "encoder.LayerNorm.bias"].Values), 1e-7);

        AssertReferenceLogits();
    }

    [Fact]
    public void EmbeddingOfAnotherWidth_ProjectedBack_GivesTheSameLogits()
    {
        config["embedding_size"] = 96;
        var name = Prefix + "embeddings.word_embeddings.weight";
        var (shape, rows) = tensors[name];
        var wide = new float[shape[0] * 96];
        var projection = new float[64 * 96];
        for (var i = 0; i < rows.Length; i++)
        {
            wide[i / 64 * 96 + i % 64] = rows[i];
        }

        for (var i = 0; i < 64; i++)
        {
            projection[i * 96 + i] = 1;
        }

        tensors[name] = ([shape[0], 96], wide);
        tensors[Prefix + "embeddings.embed_proj.weight"] = ([64, 96], projection);

        AssertReferenceLogits();
    }

    [Fact]
    public void TwoTasks_AlikeInAll_GiveTheSameLogits()
    {
        config["n_tasks"] = 2;
        var (shape, weight) = tensors["head_layer.4.weight"];
        tensors["head_layer.4.weight"] = ([2, shape[1]], [.. weight, .. weight]);
        tensors["head_layer.4.bias"] = ([2], [.. tensors["head_layer.4.bias"].Values, 17]);

        AssertReferenceLogits();
    }

    [Fact]
    public void LinearDistances_WithTheLogBucketsSpelledOut_GiveTheSameLogits()
    {
        // One row a distance up to 128, each the row that the log buckets would have shared.
        config["position_buckets"] = -1;
        var name = Prefix + "encoder.rel_embeddings.weight";
        var table = tensors[name].Values;
        var spelled = new float[2 * 128 * 64];
        var bucketed = RelativeBuckets.Table(span: 16, buckets: 16, maxPosition: 128, furthest: 128);
        for (var row = 0; row < 256; row++)
        {
            table.AsSpan(64 * bucketed[row], 64).CopyTo(spelled.AsSpan(64 * row, 64));
        }

        tensors[name] = ([256, 64], spelled);

        AssertReferenceLogits();
    }

    [Theory]
    [InlineData("c2p", "pos_query_proj")]
    [InlineData("p2c", "pos_key_proj")]
    public void OneDirectionOnly_EqualsBothWithTheOtherAtZero(string direction, string silentPosition)
    {
        // With own projections, a direction whose projection is zero adds nothing; what is left is the scale, √3 for √2.
        config["share_att_key"] = false;
        for (var layer = 0; layer < 3; layer++)
        {
            var name = $"{Prefix}encoder.layer.{layer}.attention.self.";
            foreach (var position in (string[])["pos_key_proj", "pos_query_proj"])
            {
                var content = position.Replace("pos_", "", StringComparison.Ordinal);
                var (shape, weight) = tensors[$"{name}{content}.weight"];
                tensors[$"{name}{position}.weight"] = (shape, position == silentPosition ? new float[weight.Length] : [.. weight]);
                tensors[$"{name}{position}.bias"] = ([shape[0]], new float[shape[0]]);
            }
        }

        var both = Logits("both");
        config["pos_att_type"] = direction;
        var rescale = Math.Sqrt(2.0 / 3);
        for (var layer = 0; layer < 3; layer++)
        {
            Scale($"{Prefix}encoder.layer.{layer}.attention.self.query_proj", rescale);
            if (direction == "p2c")
            {
                Scale($"{Prefix}encoder.layer.{layer}.attention.self.pos_query_proj", rescale);
            }
        }

        Assert.All(both.Zip(Logits("one")), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    public void Dispose() => folder.Dispose();

    private void Scale(string name, double factor)
    {
        foreach (var part in (string[])["weight", "bias"])
        {
            var (shape, values) = tensors[$"{name}.{part}"];
            tensors[$"{name}.{part}"] = (shape, [.. values.Select(value => (float)(value * factor))]);
        }
    }

    private void AssertReferenceLogits()
    {
        var expected = Logits(Fixture.File("pairrm-tiny"), "reference");
        Assert.All(expected.Zip(Logits("variant")), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    private float[] Logits(string name)
    {
        var source = folder.CopyOf(Fixture.File("pairrm-tiny"), name);
        File.WriteAllText(Path.Combine(source, "config.json"), config.ToJsonString());
        using (var writer = SafetensorsWriter.Create(
            Path.Combine(source, "model.safetensors"),
            [.. tensors.Select(tensor => new TensorInfo(tensor.Key, TensorType.Float32, [.. tensor.Value.Shape]))]))
        {
            foreach (var (tensor, (_, values)) in tensors)
            {
                writer.Write(tensor, values);
            }

            writer.Finish();
        }

        return Logits(source, name + "-model");
    }

    private float[] Logits(string source, string target)
    {
        using var ranker = PairRankerModel.Load(ModelImport.Import(source, folder.File(target), Precision.Float32).Path);
        var record = ranker.Encode(
            "Explain at some length, for a reader in a hurry, why leaves change colour in autumn, and why some do not at all.",
            ["Because chlorophyll breaks down.", "They get cold.", string.Concat(Enumerable.Repeat("A long answer, again. ", 20))]);
        var logits = new float[3];
        ranker.Compare([new(record, 0, 1), new(record, 1, 2), new(record, 2, 0)], logits);
        return logits;
    }
}
