using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.Inference;
using LLMBlender.Training.Network;

namespace LLMBlender.Training.Fusion.Network;

/// <summary>The shape of a T5 v1.1 network, by the names that a checkpoint's config.json has for it.</summary>
internal sealed record FuserConfig
{
    private const string FeedForward = "gated-gelu";

    /// <summary>Rows of the embedding; at least the tokenizer's count.</summary>
    public required int VocabSize { get; init; }

    public required int ModelSize { get; init; }

    /// <summary>Width of one attention head; heads times this need not be <see cref="ModelSize"/>.</summary>
    public required int HeadSize { get; init; }

    public required int Heads { get; init; }

    public required int FeedForwardSize { get; init; }

    public required int EncoderLayers { get; init; }

    public required int DecoderLayers { get; init; }

    public int Buckets { get; init; } = 32;

    public int MaxDistance { get; init; } = 128;

    public double NormEpsilon { get; init; } = 1e-6;

    /// <summary>Whether the head is the embedding itself; the last state is then scaled by ModelSize^-½.</summary>
    public bool Tied { get; init; }

    public int PadId { get; init; }

    public int EosId { get; init; } = 1;

    /// <summary>The id that the decoder begins with.</summary>
    public int StartId { get; init; }

    public int InnerSize => Heads * HeadSize;

    /// <summary>Reads config.json of a folder.</summary>
    /// <exception cref="ModelException">It can't be read, or is of another kind than T5 v1.1; the message names field and rule.</exception>
    public static FuserConfig Load(string folder)
    {
        string file = Path.Combine(folder, "config.json");
        JsonObject json;
        try
        {
            json = JsonNode.Parse(File.ReadAllText(file)) as JsonObject ?? throw new ModelException(file, "is not a JSON object");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ModelException(file, $"can't be read: {e.Message}", e);
        }

        return Read(new ConfigReader(json, file), json);
    }

    /// <summary>The same as a config.json that transformers reads as T5ForConditionalGeneration.</summary>
    public JsonObject ToJson() => new()
    {
        ["architectures"] = new JsonArray("T5ForConditionalGeneration"),
        ["d_ff"] = FeedForwardSize,
        ["d_kv"] = HeadSize,
        ["d_model"] = ModelSize,
        ["decoder_start_token_id"] = StartId,
        ["dropout_rate"] = 0.0,
        ["eos_token_id"] = EosId,
        ["feed_forward_proj"] = FeedForward,
        ["initializer_factor"] = 1.0,
        ["is_encoder_decoder"] = true,
        ["layer_norm_epsilon"] = NormEpsilon,
        ["model_type"] = "t5",
        ["num_decoder_layers"] = DecoderLayers,
        ["num_heads"] = Heads,
        ["num_layers"] = EncoderLayers,
        ["pad_token_id"] = PadId,
        ["relative_attention_max_distance"] = MaxDistance,
        ["relative_attention_num_buckets"] = Buckets,
        ["tie_word_embeddings"] = Tied,
        ["use_cache"] = true,
        ["vocab_size"] = VocabSize,
    };

    private static FuserConfig Read(ConfigReader config, JsonObject json)
    {
        config.Require("model_type", "t5");
        config.Require("feed_forward_proj", FeedForward);
        int layers = config.Positive("num_layers");
        return new FuserConfig
        {
            VocabSize = config.Positive("vocab_size"),
            ModelSize = config.Positive("d_model"),
            HeadSize = config.Positive("d_kv"),
            Heads = config.Positive("num_heads"),
            FeedForwardSize = config.Positive("d_ff"),
            EncoderLayers = layers,
            DecoderLayers = config.Integer("num_decoder_layers", layers),
            Buckets = config.Integer("relative_attention_num_buckets", 32),
            MaxDistance = config.Integer("relative_attention_max_distance", 128),
            NormEpsilon = config.Real("layer_norm_epsilon", 1e-6),
            Tied = json["tie_word_embeddings"]?.GetValue<bool>() ?? true,
            PadId = config.Integer("pad_token_id", 0),
            EosId = config.Integer("eos_token_id", 1),
            StartId = config.Integer("decoder_start_token_id", 0),
        };
    }
}
