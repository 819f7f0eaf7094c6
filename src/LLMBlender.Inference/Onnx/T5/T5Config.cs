namespace LLMBlender.Inference.Onnx.T5;

/// <summary>
/// The shape of a T5 encoder-decoder (transformers' <c>T5Config</c>): v1.0 with tied head and plain feed-forward layer, and v1.1 and Flan.
/// Every field that affects the network is either supported or rejected when the file is read; fields for training are ignored.
/// </summary>
internal sealed record T5Config
{
    /// <summary>Rows of the embedding and of the head.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width of a hidden state, <c>d_model</c>.</summary>
    public required int Hidden { get; init; }

    public required int EncoderLayers { get; init; }

    public required int DecoderLayers { get; init; }

    public required int Heads { get; init; }

    /// <summary><c>d_kv</c>; heads times head size need not be the hidden width.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Width of the feed-forward layer, <c>d_ff</c>.</summary>
    public required int Intermediate { get; init; }

    /// <summary>Whether the feed-forward layer is act(wi_0 x)·(wi_1 x) rather than act(wi x).</summary>
    public required bool IsGated { get; init; }

    public required T5Activation Activation { get; init; }

    public required double NormEpsilon { get; init; }

    /// <summary>Rows of a relative position table, <c>relative_attention_num_buckets</c>.</summary>
    public required int Buckets { get; init; }

    /// <summary>The distance at which the last bucket begins, <c>relative_attention_max_distance</c>.</summary>
    public required int MaxDistance { get; init; }

    /// <summary>
    /// Whether the head is the embedding. The config's value is used only if the checkpoint contains no separate head (transformers 5
    /// writes <c>tie_word_embeddings: true</c> for every T5).
    /// </summary>
    public required bool IsTied { get; init; }

    /// <summary>
    /// Whether the head's input is scaled by d_model^−½: <c>scale_decoder_outputs</c> if present (transformers 5), otherwise
    /// <c>tie_word_embeddings</c>.
    /// </summary>
    public required bool ScalesOutput { get; init; }

    /// <summary>Width of all heads together.</summary>
    public int AttentionWidth => Heads * HeadSize;

    /// <summary>Whether a config is a T5's.</summary>
    public static bool IsIn(ConfigFile file) => file.Has("model_type") && file.Text("model_type") is "t5";

    /// <summary>Reads a T5 config; absent fields have the reference's defaults.</summary>
    /// <exception cref="ModelException">Another architecture, a field out of range, or one that is not supported.</exception>
    public static T5Config Read(ConfigFile file)
    {
        if (!IsIn(file))
        {
            throw file.Refused("model_type", "must be t5 for a fuser");
        }

        if (!file.Flag("is_encoder_decoder", true))
        {
            throw file.Refused("is_encoder_decoder", "must be true: a T5 encoder by itself generates nothing");
        }

        var layers = file.Integer("num_layers", 1, 1024, 6);
        var buckets = file.Integer("relative_attention_num_buckets", 4, 1 << 16, 32);
        if (buckets % 4 != 0)
        {
            throw file.Refused("relative_attention_num_buckets", "must be a multiple of 4");
        }

        var (isGated, activation) = FeedForward(file);
        var isTied = file.Flag("tie_word_embeddings", true);
        return new T5Config
        {
            VocabularySize = file.Integer("vocab_size", 1, int.MaxValue, 32128),
            Hidden = file.Integer("d_model", 1, 65536, 512),
            EncoderLayers = layers,
            DecoderLayers = file.Integer("num_decoder_layers", 1, 1024, layers),
            Heads = file.Integer("num_heads", 1, 1024, 8),
            HeadSize = file.Integer("d_kv", 1, 65536, 64),
            Intermediate = file.Integer("d_ff", 1, 1 << 20, 2048),
            IsGated = isGated,
            Activation = activation,
            NormEpsilon = file.Number("layer_norm_epsilon", 0, 1, 1e-6),
            Buckets = buckets,
            MaxDistance = file.Integer("relative_attention_max_distance", (buckets / 2) + 1, 1 << 20, 128),
            IsTied = isTied,
            ScalesOutput = file.Flag("scale_decoder_outputs", isTied),
        };
    }

    // gated-gelu is the published name of a layer with the tanh approximation of GELU; gelu by itself is the exact one.
    private static (bool IsGated, T5Activation Activation) FeedForward(ConfigFile file) =>
        file.Text("feed_forward_proj", "relu") switch
        {
            "relu" => (false, T5Activation.Relu),
            "gelu" => (false, T5Activation.Gelu),
            "gelu_new" => (false, T5Activation.TanhGelu),
            "silu" or "swish" => (false, T5Activation.Silu),
            "gated-relu" => (true, T5Activation.Relu),
            "gated-gelu" or "gated-gelu_new" => (true, T5Activation.TanhGelu),
            "gated-silu" or "gated-swish" => (true, T5Activation.Silu),
            _ => throw file.Refused(
                "feed_forward_proj", "only relu, gelu, gelu_new and silu are supported, each with or without \"gated-\" before it"),
        };
}
