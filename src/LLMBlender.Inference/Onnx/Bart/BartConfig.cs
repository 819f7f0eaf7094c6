namespace LLMBlender.Inference.Onnx.Bart;

/// <summary>
/// The shape of a BART encoder-decoder (transformers' <c>BartConfig</c>). Every field that affects the network is either supported or
/// rejected when the file is read; fields for training and generation are ignored.
/// </summary>
internal sealed record BartConfig
{
    /// <summary>Rows of the embedding, which is also the head.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width of a hidden state, <c>d_model</c>.</summary>
    public required int Hidden { get; init; }

    public required int EncoderLayers { get; init; }

    public required int DecoderLayers { get; init; }

    public required int EncoderHeads { get; init; }

    public required int DecoderHeads { get; init; }

    /// <summary>Width of the encoder's feed-forward layers.</summary>
    public required int EncoderWide { get; init; }

    /// <summary>Width of the decoder's feed-forward layers.</summary>
    public required int DecoderWide { get; init; }

    /// <summary>The maximum number of tokens in a text.</summary>
    public required int Positions { get; init; }

    /// <summary>Whether embeddings are multiplied by √hidden.</summary>
    public required bool ScaleEmbedding { get; init; }

    /// <summary>The padding token.</summary>
    public required int Pad { get; init; }

    /// <summary>The start token of the decoder's input.</summary>
    public required int DecoderStart { get; init; }

    /// <summary>Rows of the position tables before the first position.</summary>
    public static int PositionOffset => 2;

    /// <summary>BART's norms use torch's default, whatever the config.</summary>
    public static double LayerNormEpsilon => 1e-5;

    /// <summary>Whether a config is a BART's.</summary>
    public static bool IsIn(ConfigFile file) => file.Text("model_type", "") is "bart";

    /// <summary>Reads a BART config; absent fields have the reference's defaults.</summary>
    /// <exception cref="ModelException">A field out of range, or one that is not supported.</exception>
    public static BartConfig Read(ConfigFile file)
    {
        RefuseWhatIsNotBuilt(file);
        var hidden = file.Integer("d_model", 1, 65536, 1024);
        int Heads(string field)
        {
            var heads = file.Integer(field, 1, 1024, 16);
            return hidden % heads == 0 ? heads : throw file.Refused(field, $"must divide d_model, {hidden}");
        }

        var vocabulary = file.Integer("vocab_size", 1, int.MaxValue, 50265);
        return new BartConfig
        {
            VocabularySize = vocabulary,
            Hidden = hidden,
            EncoderLayers = file.Integer("encoder_layers", 1, 1024, 12),
            DecoderLayers = file.Integer("decoder_layers", 1, 1024, 12),
            EncoderHeads = Heads("encoder_attention_heads"),
            DecoderHeads = Heads("decoder_attention_heads"),
            EncoderWide = file.Integer("encoder_ffn_dim", 1, 1 << 20, 4096),
            DecoderWide = file.Integer("decoder_ffn_dim", 1, 1 << 20, 4096),
            Positions = file.Integer("max_position_embeddings", 1, 1 << 20, 1024),
            ScaleEmbedding = file.Flag("scale_embedding", false),
            Pad = file.Integer("pad_token_id", 0, vocabulary - 1, 1),
            DecoderStart = file.Integer("decoder_start_token_id", 0, vocabulary - 1, 2),
        };
    }

    private static void RefuseWhatIsNotBuilt(ConfigFile file)
    {
        if (file.Text("activation_function", "gelu") is not "gelu")
        {
            throw file.Refused("activation_function", "only gelu is supported");
        }

        if (!file.Flag("is_encoder_decoder", true))
        {
            throw file.Refused("is_encoder_decoder", "must be true");
        }

        if (!file.Flag("tie_word_embeddings", true))
        {
            throw file.Refused("tie_word_embeddings", "must be true: BART's head is its embedding");
        }

        // Fields of older checkpoints for mBART variants: neutral values only.
        if (file.Flag("normalize_before", false) || file.Flag("add_final_layer_norm", false) || !file.Flag("normalize_embedding", true))
        {
            throw file.Refused("normalize_before", "only BART's own post-norm layers are supported");
        }
    }
}
