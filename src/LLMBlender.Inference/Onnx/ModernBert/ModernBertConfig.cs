namespace LLMBlender.Inference.Onnx.ModernBert;

/// <summary>
/// The shape of a ModernBERT encoder (transformers' <c>ModernBertConfig</c>), as written by transformers 4 and 5. Every field that affects
/// the network is either supported or rejected when the file is read.
/// </summary>
internal sealed record ModernBertConfig
{
    /// <summary>Rows of the word embedding.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width of a hidden state.</summary>
    public required int Hidden { get; init; }

    public required int Heads { get; init; }

    /// <summary>Width of the feed-forward layer after the gate; the product before it is twice as wide.</summary>
    public required int Intermediate { get; init; }

    public required double LayerNormEpsilon { get; init; }

    /// <summary>The maximum number of tokens in a row.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>For each layer, whether a token attends only to tokens within <see cref="Reach"/>; if false, to all.</summary>
    public required IReadOnlyList<bool> IsLocal { get; init; }

    /// <summary>The maximum distance, in tokens, that a local layer attends to on either side.</summary>
    public required int Reach { get; init; }

    /// <summary>The base of the rotary positions of global layers.</summary>
    public required double GlobalTheta { get; init; }

    /// <summary>The base of the rotary positions of local layers.</summary>
    public required double LocalTheta { get; init; }

    /// <summary>Whether attention's dense layers have biases.</summary>
    public required bool HasAttentionBias { get; init; }

    /// <summary>Whether the feed-forward dense layers have biases.</summary>
    public required bool HasFeedForwardBias { get; init; }

    /// <summary>Whether norms have a shift besides their scale.</summary>
    public required bool HasNormBias { get; init; }

    /// <summary>Whether the dense layer of a head has a bias.</summary>
    public required bool HasClassifierBias { get; init; }

    /// <summary>Whether a masked language model adds a bias to its logits.</summary>
    public required bool HasDecoderBias { get; init; }

    /// <summary>Whether a classifier uses the mean of all states; if false, the first token's state.</summary>
    public required bool PoolsMean { get; init; }

    /// <summary>Width of a head.</summary>
    public int HeadSize => Hidden / Heads;

    /// <summary>Whether a config is of this family.</summary>
    public static bool IsIn(ConfigFile file) => file.Text("model_type", "") is "modernbert";

    /// <summary>Reads a config; absent fields have the reference's defaults.</summary>
    /// <exception cref="ModelException">A field out of range, or one that is not supported.</exception>
    public static ModernBertConfig Read(ConfigFile file)
    {
        RefuseUnsupported(file);
        var hidden = file.Integer("hidden_size", 2, 65536, 768);
        var heads = file.Integer("num_attention_heads", 1, 1024, 12);
        if (hidden % (2 * heads) != 0)
        {
            throw file.Refused("hidden_size", $"must be a multiple of twice num_attention_heads, {heads}: rotary positions need an even head size");
        }

        // A local base of null, other than an absent one, means the global one.
        var globalTheta = ReadTheta(file, "full_attention", "global_rope_theta", 160_000);
        return new ModernBertConfig
        {
            VocabularySize = file.Integer("vocab_size", 1, int.MaxValue, 50368),
            Hidden = hidden,
            Heads = heads,
            Intermediate = file.Integer("intermediate_size", 1, 1 << 20, 1152),
            LayerNormEpsilon = file.Number("norm_eps", 0, 1, 1e-5),
            MaxTokens = file.Integer("max_position_embeddings", 1, 1 << 20, 8192),
            IsLocal = ReadLayers(file),
            Reach = file.Integer("local_attention", 0, 1 << 20, 128) / 2,
            GlobalTheta = globalTheta,
            LocalTheta = ReadTheta(file, "sliding_attention", "local_rope_theta", file.IsNull("local_rope_theta") ? globalTheta : 10_000),
            HasAttentionBias = file.Flag("attention_bias", false),
            HasFeedForwardBias = file.Flag("mlp_bias", false),
            HasNormBias = file.Flag("norm_bias", false),
            HasClassifierBias = file.Flag("classifier_bias", false),
            HasDecoderBias = file.Flag("decoder_bias", true),
            PoolsMean = file.Text("classifier_pooling", "cls") switch
            {
                "cls" => false,
                "mean" => true,
                _ => throw file.Refused("classifier_pooling", "must be cls or mean"),
            },
        };
    }

    // transformers 5 lists the kind of each layer; otherwise one layer in global_attn_every_n_layers is global, starting with the first.
    private static bool[] ReadLayers(ConfigFile file)
    {
        var layers = file.Integer("num_hidden_layers", 1, 1024, 22);
        if (!file.Has("layer_types"))
        {
            var every = file.Integer("global_attn_every_n_layers", 1, 1024, 3);
            return [.. Enumerable.Range(0, layers).Select(layer => layer % every != 0)];
        }

        var types = file.Parts("layer_types");
        return types.Length == layers && types.All(type => type is "full_attention" or "sliding_attention")
            ? [.. types.Select(type => type is "sliding_attention")]
            : throw file.Refused("layer_types", $"must be full_attention or sliding_attention for each of the {layers} layers");
    }

    // transformers 5 has rope_parameters; a base missing there has its former name.
    private static double ReadTheta(ConfigFile file, string kind, string formerName, double missing)
    {
        var former = file.Number(formerName, 1, 1e12, missing);
        if (file.Object("rope_parameters")?.Object(kind) is not { } rope)
        {
            return former;
        }

        return rope.Text("rope_type", "default") is "default"
            ? rope.Number("rope_theta", 1, 1e12, former)
            : throw rope.Refused("rope_type", "only default is supported");
    }

    private static void RefuseUnsupported(ConfigFile file)
    {
        foreach (var activation in (string[])["hidden_activation", "classifier_activation"])
        {
            if (file.Text(activation, "gelu") is not "gelu")
            {
                throw file.Refused(activation, "only gelu is supported");
            }
        }

        if (file.Has("rope_scaling"))
        {
            throw file.Refused("rope_scaling", "must be null: scaled rotary positions are not supported");
        }
    }
}
