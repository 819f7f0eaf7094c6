using System.Text.Json.Nodes;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.Onnx.T5;

namespace LLMBlender.Inference.Tests.Onnx.T5;

public sealed class T5ConfigTests
{
    [Fact]
    public void Read_OnlyTheType_HasTheFirstReleasesDefaults()
    {
        var config = Read([]);

        Assert.Equal((512, 6, 6, 8, 64, 2048), (config.Hidden, config.EncoderLayers, config.DecoderLayers, config.Heads, config.HeadSize, config.Intermediate));
        Assert.Equal((32, 128, 1e-6, 32128), (config.Buckets, config.MaxDistance, config.NormEpsilon, config.VocabularySize));
        Assert.Equal((false, T5Activation.Relu, true, true), (config.IsGated, config.Activation, config.IsTied, config.ScalesOutput));
    }

    [Theory]
    [InlineData(null, null, true)]
    [InlineData(false, null, false)]
    [InlineData(true, false, false)]
    [InlineData(null, false, false)]
    [InlineData(false, true, true)]
    public void Read_Scaling_IsScaleDecoderOutputsElseTie(bool? tie, bool? scale, bool scalesOutput)
    {
        Assert.Equal(scalesOutput, Read(new JsonObject { ["tie_word_embeddings"] = tie, ["scale_decoder_outputs"] = scale }).ScalesOutput);
    }

    [Theory]
    [InlineData("relu", false, T5Activation.Relu)]
    [InlineData("gelu", false, T5Activation.Gelu)]
    [InlineData("gelu_new", false, T5Activation.TanhGelu)]
    [InlineData("gated-relu", true, T5Activation.Relu)]
    [InlineData("gated-gelu", true, T5Activation.TanhGelu)]
    [InlineData("gated-silu", true, T5Activation.Silu)]
    internal void Read_FeedForward_IsTheReferencesActivation(string name, bool isGated, T5Activation activation)
    {
        var config = Read(new JsonObject { ["feed_forward_proj"] = name });

        Assert.Equal((isGated, activation), (config.IsGated, config.Activation));
    }

    [Theory]
    [InlineData("model_type", "mt5")]
    [InlineData("feed_forward_proj", "gated-tanh")]
    [InlineData("is_encoder_decoder", false)]
    [InlineData("relative_attention_num_buckets", 30)]
    [InlineData("relative_attention_max_distance", 16)]
    [InlineData("d_model", 0)]
    [InlineData("num_decoder_layers", "two")]
    [InlineData("tie_word_embeddings", "yes")]
    [InlineData("layer_norm_epsilon", -1)]
    public void Read_FieldThatIsNotBuilt_IsRefusedByName(string field, object value)
    {
        var e = Assert.Throws<ModelException>(() => Read(new JsonObject { [field] = JsonValue.Create(value) }));

        Assert.Contains($"\"{field}\"", e.Message, StringComparison.Ordinal);
    }

    private static T5Config Read(JsonObject fields)
    {
        fields.TryAdd("model_type", "t5");
        return T5Config.Read(ConfigFile.Of("config.json", fields));
    }
}
