using System.Text.Json.Nodes;
using LLMBlender.Inference.Onnx;

namespace LLMBlender.Inference.Models;

/// <summary>The configs of the published DeBERTa-v3 backbones, for checkpoints that only contain the backbone's name.</summary>
internal static class PublishedBackbones
{
    /// <summary>The config of a backbone by its name on the hub; null for others.</summary>
    public static ConfigFile? Find(string name) => name switch
    {
        "microsoft/deberta-v3-xsmall" => Config(name, hidden: 384, layers: 12, heads: 6),
        "microsoft/deberta-v3-small" => Config(name, hidden: 768, layers: 6, heads: 12),
        "microsoft/deberta-v3-base" => Config(name, hidden: 768, layers: 12, heads: 12),
        "microsoft/deberta-v3-large" => Config(name, hidden: 1024, layers: 24, heads: 16),
        _ => null,
    };

    private static ConfigFile Config(string name, int hidden, int layers, int heads) => ConfigFile.Of(name, new JsonObject
    {
        ["model_type"] = "deberta-v2",
        ["hidden_act"] = "gelu",
        ["hidden_size"] = hidden,
        ["num_hidden_layers"] = layers,
        ["num_attention_heads"] = heads,
        ["intermediate_size"] = 4 * hidden,
        ["layer_norm_eps"] = 1e-7,
        ["max_position_embeddings"] = 512,
        ["max_relative_positions"] = -1,
        ["norm_rel_ebd"] = "layer_norm",
        ["pad_token_id"] = 0,
        ["pos_att_type"] = "p2c|c2p",
        ["position_biased_input"] = false,
        ["position_buckets"] = 256,
        ["relative_attention"] = true,
        ["share_att_key"] = true,
        ["type_vocab_size"] = 0,
        ["vocab_size"] = 128100,
    });
}
