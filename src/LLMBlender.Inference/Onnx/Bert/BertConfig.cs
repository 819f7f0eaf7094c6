namespace LLMBlender.Inference.Onnx.Bert;

/// <summary>
/// The shape of a BERT or RoBERTa encoder (transformers' <c>BertConfig</c>, <c>RobertaConfig</c>), which differ in how they number
/// positions. Every field that affects the network is either supported or rejected when the file is read.
/// </summary>
internal sealed record BertConfig
{
    /// <summary>Rows of the word embedding.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width of a hidden state.</summary>
    public required int Hidden { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    /// <summary>Width of the feed-forward layer.</summary>
    public required int Intermediate { get; init; }

    public required double LayerNormEpsilon { get; init; }

    /// <summary>Rows of the position table.</summary>
    public required int Positions { get; init; }

    /// <summary>Rows of the token type table.</summary>
    public required int TokenTypes { get; init; }

    /// <summary>RoBERTa numbers the tokens that are not padding from the padding's id + 1; null for BERT, which counts from 0.</summary>
    public required int? RobertaPadding { get; init; }

    /// <summary>The maximum number of tokens in a row.</summary>
    public int MaxTokens => Positions - (RobertaPadding + 1 ?? 0);

    /// <summary>Whether a config is of this family.</summary>
    public static bool IsIn(ConfigFile file) => file.Text("model_type", "") is "bert" or "bleurt" or "roberta" or "xlm-roberta";

    /// <summary>Reads a config; absent fields have the reference's defaults.</summary>
    /// <exception cref="ModelException">A field out of range, or one that is not supported.</exception>
    public static BertConfig Read(ConfigFile file)
    {
        var isRoberta = file.Text("model_type") is "roberta" or "xlm-roberta";
        RefuseWhatIsNotBuilt(file);
        var hidden = file.Integer("hidden_size", 1, 65536, 768);
        var heads = file.Integer("num_attention_heads", 1, 1024, 12);
        if (hidden % heads != 0)
        {
            throw file.Refused("hidden_size", $"must be a multiple of num_attention_heads, {heads}");
        }

        if (file.Integer("embedding_size", 1, 65536, hidden) != hidden)
        {
            throw file.Refused("embedding_size", "must be hidden_size: a projected embedding, as BLEURT-20's, is not supported");
        }

        var padding = file.Integer("pad_token_id", 0, int.MaxValue, isRoberta ? 1 : 0);
        return new BertConfig
        {
            VocabularySize = file.Integer("vocab_size", 1, int.MaxValue, 30522),
            Hidden = hidden,
            Layers = file.Integer("num_hidden_layers", 1, 1024, 12),
            Heads = heads,
            Intermediate = file.Integer("intermediate_size", 1, 1 << 20, 3072),
            LayerNormEpsilon = file.Number("layer_norm_eps", 0, 1, 1e-12),
            Positions = file.Integer("max_position_embeddings", isRoberta ? padding + 2 : 1, 1 << 20, 512),
            TokenTypes = file.Integer("type_vocab_size", 1, 1024, isRoberta ? 1 : 2),
            RobertaPadding = isRoberta ? padding : null,
        };
    }

    private static void RefuseWhatIsNotBuilt(ConfigFile file)
    {
        if (file.Text("hidden_act", "gelu") is not "gelu")
        {
            throw file.Refused("hidden_act", "only gelu is supported");
        }

        if (file.Text("position_embedding_type", "absolute") is not "absolute")
        {
            throw file.Refused("position_embedding_type", "only absolute is supported");
        }

        if (file.Flag("is_decoder", false))
        {
            throw file.Refused("is_decoder", "must be false: an encoder looks both ways");
        }
    }
}
