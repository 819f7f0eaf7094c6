using System.Text.Json.Nodes;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.Onnx.Deberta;
using LLMBlender.TestKit;

namespace LLMBlender.Inference.Tests.Onnx.Deberta;

public sealed class DebertaConfigTests
{
    [Fact]
    public void Read_PublishedFields_AreHonoured()
    {
        var config = DebertaConfig.Read(With());

        Assert.Equal((64, 3, 4, 16, 128), (config.Hidden, config.Layers, config.Heads, config.HeadSize, config.Intermediate));
        Assert.Equal((16, 16, 128), (config.Span, config.Buckets, config.MaxRelativePositions));
        Assert.True(config is { ShareAttentionKey: true, ContentToPosition: true, PositionToContent: true, NormaliseRelative: true });
        Assert.Equal(1 / Math.Sqrt(16 * 3), config.ScoreScale, 1e-12);
    }

    [Theory]
    [InlineData("model_type", "\"bert\"")]
    [InlineData("hidden_act", "\"relu\"")]
    [InlineData("relative_attention", "false")]
    [InlineData("position_biased_input", "true")]
    [InlineData("type_vocab_size", "2")]
    [InlineData("conv_kernel_size", "3")]
    [InlineData("pos_att_type", "\"c2p|p2p\"")]
    [InlineData("norm_rel_ebd", "\"batch_norm\"")]
    [InlineData("hidden_size", "66")]
    [InlineData("hidden_size", "\"64\"")]
    [InlineData("num_attention_heads", "0")]
    [InlineData("layer_norm_eps", "\"small\"")]
    [InlineData("position_buckets", "4000")]
    public void Read_FieldThatIsNotBuilt_IsRefusedByNameAndValue(string field, string value)
    {
        var e = Assert.Throws<ModelException>(() => DebertaConfig.Read(With((field, JsonNode.Parse(value)))));

        Assert.Contains($"\"{field}\"", e.Message, StringComparison.Ordinal);
        Assert.Contains(value, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hidden_size")]
    [InlineData("num_hidden_layers")]
    [InlineData("vocab_size")]
    [InlineData("model_type")]
    public void Read_FieldMissing_IsRefusedByName(string field)
    {
        var e = Assert.Throws<ModelException>(() => DebertaConfig.Read(With((field, null))));

        Assert.Contains($"\"{field}\" is missing", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ListsAndBars_AreTheSame()
    {
        var listed = DebertaConfig.Read(With(("pos_att_type", new JsonArray("c2p"))));
        var barred = DebertaConfig.Read(With(("pos_att_type", "c2p|")));

        Assert.Equal(listed, barred);
        Assert.False(listed.PositionToContent);
    }

    private static ConfigFile With(params (string Field, JsonNode? Value)[] changes)
    {
        var json = JsonNode.Parse(File.ReadAllBytes(Fixture.File("pairrm-tiny", "config.json")))!.AsObject();
        foreach (var (field, value) in changes)
        {
            json.Remove(field);
            if (value is not null)
            {
                json[field] = value;
            }
        }

        return ConfigFile.Of("config.json", json);
    }
}
