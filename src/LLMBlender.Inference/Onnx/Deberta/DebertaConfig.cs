namespace LLMBlender.Inference.Onnx.Deberta;

/// <summary>
/// The shape of a DeBERTa-v2/v3 encoder (transformers' <c>DebertaV2Config</c>). Every field that affects the network is either supported or
/// rejected when the file is read; fields for training and pooling are ignored.
/// </summary>
internal sealed record DebertaConfig
{
    /// <summary>Rows of the embedding declared in the file; a ranker's embedding may have fewer.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width of a hidden state.</summary>
    public required int Hidden { get; init; }

    /// <summary>Width of an embedding row; projected to <see cref="Hidden"/> if they differ.</summary>
    public required int EmbeddingSize { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    public required int HeadSize { get; init; }

    /// <summary>Width of the feed-forward layer.</summary>
    public required int Intermediate { get; init; }

    public required double LayerNormEpsilon { get; init; }

    /// <summary>Half the rows of the relative table.</summary>
    public required int Span { get; init; }

    /// <summary><c>position_buckets</c>; 0 for one row per distance.</summary>
    public required int Buckets { get; init; }

    /// <summary>The distance at which log buckets end.</summary>
    public required int MaxRelativePositions { get; init; }

    /// <summary>Whether relative positions use the content's projections.</summary>
    public required bool ShareAttentionKey { get; init; }

    /// <summary>Whether queries attend to relative positions.</summary>
    public required bool ContentToPosition { get; init; }

    /// <summary>Whether keys attend to relative positions.</summary>
    public required bool PositionToContent { get; init; }

    /// <summary>Whether the relative table is normalised before use.</summary>
    public required bool NormaliseRelative { get; init; }

    /// <summary>Width of all heads together.</summary>
    public int AttentionWidth => Heads * HeadSize;

    /// <summary>The factor of every attention score: 1/√(head size × number of score terms).</summary>
    public double ScoreScale =>
        1 / Math.Sqrt(HeadSize * (1.0 + (ContentToPosition ? 1 : 0) + (PositionToContent ? 1 : 0)));

    /// <summary>Reads a DeBERTa-v2 config.</summary>
    /// <exception cref="ModelException">Another architecture, a field out of range, or a flag that is not supported.</exception>
    public static DebertaConfig Read(ConfigFile file)
    {
        RefuseWhatIsNotBuilt(file);
        var hidden = file.Integer("hidden_size", 1, 65536);
        var heads = file.Integer("num_attention_heads", 1, 1024);
        if (!file.Has("attention_head_size") && hidden % heads != 0)
        {
            throw file.Refused("hidden_size", $"must be a multiple of num_attention_heads, {heads}");
        }

        var positions = file.Integer("max_relative_positions", -1, 1 << 20, -1);
        positions = positions < 1 ? file.Integer("max_position_embeddings", 1, 1 << 20, 512) : positions;
        var buckets = Math.Max(0, file.Integer("position_buckets", -1, 1 << 16, -1));
        if (buckets > 0 && (buckets < 4 || positions - 1 <= buckets / 2))
        {
            throw file.Refused("position_buckets", $"must be at least 4 and less than twice the longest distance, {positions - 1}");
        }

        var attention = file.Parts("pos_att_type");
        var norm = file.Parts("norm_rel_ebd");
        return new DebertaConfig
        {
            VocabularySize = file.Integer("vocab_size", 1, int.MaxValue),
            Hidden = hidden,
            EmbeddingSize = file.Integer("embedding_size", 1, 65536, hidden),
            Layers = file.Integer("num_hidden_layers", 1, 1024),
            Heads = heads,
            HeadSize = file.Integer("attention_head_size", 1, 65536, hidden / heads),
            Intermediate = file.Integer("intermediate_size", 1, 1 << 20),
            LayerNormEpsilon = file.Number("layer_norm_eps", 0, 1, 1e-7),
            Buckets = buckets,
            Span = buckets > 0 ? buckets : positions,
            MaxRelativePositions = positions,
            ShareAttentionKey = file.Flag("share_att_key", false),
            ContentToPosition = attention.Contains("c2p"),
            PositionToContent = attention.Contains("p2c"),
            NormaliseRelative = norm.Contains("layer_norm"),
        };
    }

    private static void RefuseWhatIsNotBuilt(ConfigFile file)
    {
        if (file.Text("model_type") is not "deberta-v2")
        {
            throw file.Refused("model_type", Architectures.Rule);
        }

        if (file.Text("hidden_act", "gelu") is not "gelu")
        {
            throw file.Refused("hidden_act", "only gelu is supported");
        }

        if (!file.Flag("relative_attention", false))
        {
            throw file.Refused("relative_attention", "must be true: absolute positions are not supported");
        }

        if (file.Flag("position_biased_input", true))
        {
            throw file.Refused("position_biased_input", "must be false: absolute positions are not supported");
        }

        if (file.Integer("type_vocab_size", 0, int.MaxValue, 0) > 0)
        {
            throw file.Refused("type_vocab_size", "must be 0: token types are not supported");
        }

        if (file.Integer("conv_kernel_size", 0, int.MaxValue, 0) > 0)
        {
            throw file.Refused("conv_kernel_size", "must be 0: the convolution layer is not supported");
        }

        if (file.Parts("pos_att_type").Except(["c2p", "p2c"]).Any())
        {
            throw file.Refused("pos_att_type", "only c2p and p2c are supported");
        }

        if (file.Parts("norm_rel_ebd").Except(["layer_norm", "none"]).Any())
        {
            throw file.Refused("norm_rel_ebd", "only layer_norm and none are supported");
        }
    }
}
