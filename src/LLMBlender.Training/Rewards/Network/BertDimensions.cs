using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.Inference;
using LLMBlender.Training.Network;

namespace LLMBlender.Training.Rewards.Network;

/// <summary>Dimensions of a BERT encoder, as its config.json names them (transformers' <c>BertConfig</c>).</summary>
internal sealed record BertDimensions
{
    public required int VocabSize { get; init; }

    public required int HiddenSize { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    public required int IntermediateSize { get; init; }

    /// <summary>Rows of the position table.</summary>
    public required int Positions { get; init; }

    /// <summary>Rows of the token type table.</summary>
    public required int TokenTypes { get; init; }

    public required double LayerNormEpsilon { get; init; }

    public int HeadSize => HiddenSize / Heads;

    /// <summary>Reads config.json of <paramref name="folder"/>; absent fields have the reference's defaults.</summary>
    /// <exception cref="ModelException">It is missing or malformed, or describes a network of another kind.</exception>
    public static BertDimensions Load(string folder)
    {
        string file = Path.Combine(folder, "config.json");
        try
        {
            var json = JsonNode.Parse(File.ReadAllText(file)) as JsonObject
                ?? throw new ModelException(file, "the top level is not an object");
            return Read(new ConfigReader(json, file), file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ModelException(file, $"can't be read: {e.Message}", e);
        }
    }

    /// <summary>config.json of a <c>BertForSequenceClassification</c> with one label.</summary>
    public JsonObject ToJson() => new()
    {
        ["architectures"] = new JsonArray("BertForSequenceClassification"),
        ["attention_probs_dropout_prob"] = 0.1,
        ["classifier_dropout"] = null,
        ["hidden_act"] = "gelu",
        ["hidden_dropout_prob"] = 0.1,
        ["hidden_size"] = HiddenSize,
        ["id2label"] = new JsonObject { ["0"] = "reward" },
        ["initializer_range"] = 0.02,
        ["intermediate_size"] = IntermediateSize,
        ["label2id"] = new JsonObject { ["reward"] = 0 },
        ["layer_norm_eps"] = LayerNormEpsilon,
        ["max_position_embeddings"] = Positions,
        ["model_type"] = "bert",
        ["num_attention_heads"] = Heads,
        ["num_hidden_layers"] = Layers,
        ["pad_token_id"] = 0,
        ["position_embedding_type"] = "absolute",
        ["problem_type"] = "regression",
        ["torch_dtype"] = "float32",
        ["type_vocab_size"] = TokenTypes,
        ["vocab_size"] = VocabSize,
    };

    private static BertDimensions Read(ConfigReader read, string file)
    {
        read.Require("model_type", "bert");
        read.Require("hidden_act", "gelu");
        read.Require("position_embedding_type", "absolute");
        var dimensions = new BertDimensions
        {
            VocabSize = read.Positive("vocab_size"),
            HiddenSize = read.Positive("hidden_size"),
            Layers = read.Positive("num_hidden_layers"),
            Heads = read.Positive("num_attention_heads"),
            IntermediateSize = read.Positive("intermediate_size"),
            Positions = read.Positive("max_position_embeddings"),
            TokenTypes = read.Integer("type_vocab_size", 2),
            LayerNormEpsilon = read.Real("layer_norm_eps", 1e-12),
        };
        if (dimensions.HiddenSize % dimensions.Heads != 0)
        {
            throw new ModelException(
                file, $"hidden_size {dimensions.HiddenSize} is not a multiple of num_attention_heads {dimensions.Heads}");
        }

        return dimensions;
    }
}
