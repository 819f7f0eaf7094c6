using System.Text.Json.Nodes;
using LLMBlender.Inference;
using LLMBlender.TestKit;
using LLMBlender.Training.Network;

namespace LLMBlender.Training.Tests.Network;

public sealed class NetworkConfigTests
{
    [Fact]
    public void Parse_OfItsOwnJson_GivesTheSameConfiguration()
    {
        NetworkConfig config = NetworkConfig.Load(Fixture.File("pairrm-tiny"));
        Assert.Equal(config, NetworkConfig.Parse(config.ToJson(), "again"));
    }

    [Theory]
    [InlineData("model_type", "\"bert\"", "deberta-v2")]
    [InlineData("hidden_act", "\"relu\"", "gelu")]
    [InlineData("pos_att_type", "\"c2p\"", "c2p and p2c")]
    [InlineData("share_att_key", "false", "True")]
    [InlineData("hidden_size", "66", "multiple of num_attention_heads")]
    [InlineData("hidden_size", "\"64\"", "whole number")]
    [InlineData("num_hidden_layers", "0", "positive")]
    [InlineData("type_vocab_size", "2", "only 0")]
    [InlineData("position_buckets", "7", "even")]
    [InlineData("hidden_dropout_prob", "1.0", "[0, 1)")]
    public void Parse_OfAnUnsupportedField_NamesFieldAndRule(string field, string value, string rule)
    {
        JsonObject json = NetworkConfig.Load(Fixture.File("pairrm-tiny")).ToJson();
        json[field] = JsonNode.Parse(value);
        var error = Assert.Throws<ModelException>(() => NetworkConfig.Parse(json, "config.json"));
        Assert.Contains(rule, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RequireMarkers_WithOneTwice_IsRefused()
    {
        NetworkConfig config = NetworkConfig.Load(Fixture.File("pairrm-tiny"));
        Assert.Throws<ModelException>(() => (config with { Candidate2Id = config.Candidate1Id }).RequireMarkers("config.json"));
    }
}
