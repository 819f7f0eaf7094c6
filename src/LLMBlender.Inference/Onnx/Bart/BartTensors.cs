namespace LLMBlender.Inference.Onnx.Bart;

/// <summary>The tensors that a BART checkpoint must hold (names: transformers' <c>BartForConditionalGeneration</c>).</summary>
internal static class BartTensors
{
    public const string Shared = "model.shared";
    public const string Bias = "final_logits_bias";

    /// <summary>The quantised copy of the embedding that the head uses at int8.</summary>
    public const string Head = "llmblender.lm_head";

    // The possible names of shared tensors, of which a file may contain only one.
    private static readonly string[] Embeddings =
        [Shared + ".weight", "model.encoder.embed_tokens.weight", "model.decoder.embed_tokens.weight", "lm_head.weight"];

    /// <summary>The checkpoint's name of the embedding.</summary>
    public static string EmbeddingIn(Func<string, bool> has) => Embeddings.FirstOrDefault(has, Embeddings[0]);

    /// <summary>Every tensor that the graph uses.</summary>
    /// <param name="config">The network's shape.</param>
    /// <param name="precision">At int8 the head has its own quantised copy.</param>
    /// <param name="embedding">The checkpoint's name of the embedding.</param>
    public static IEnumerable<TensorSpec> Of(BartConfig config, Precision precision, string embedding)
    {
        long hidden = config.Hidden, rows = config.VocabularySize;
        TensorSpec[] common =
        [
            new(Shared + ".weight", TensorUse.Plain, rows, hidden) { From = embedding },
            new(Bias, TensorUse.Wide, 1, rows),
            .. precision.StoresBytes() ? [new(Head + ".weight", TensorUse.Dense, rows, hidden) { From = embedding }] : Array.Empty<TensorSpec>(),
        ];
        return common
            .Concat(Stack("model.encoder.", config.EncoderLayers, config.EncoderWide, isDecoder: false))
            .Concat(Stack("model.decoder.", config.DecoderLayers, config.DecoderWide, isDecoder: true));

        IEnumerable<TensorSpec> Stack(string name, int layers, long wide, bool isDecoder)
        {
            TensorSpec[] embeddings =
            [
                new(name + "embed_positions.weight", TensorUse.Plain, config.Positions + BartConfig.PositionOffset, hidden),
                .. TensorSpec.Norm(name + "layernorm_embedding", hidden),
            ];
            return embeddings.Concat(Enumerable.Range(0, layers).SelectMany(i => Layer($"{name}layers.{i}.", hidden, wide, isDecoder)));
        }
    }

    private static TensorSpec[] Layer(string name, long hidden, long wide, bool isDecoder) =>
    [
        .. Attention(name + "self_attn", hidden),
        .. isDecoder ? Attention(name + "encoder_attn", hidden) : [],
        .. TensorSpec.Layer(name + "fc1", wide, hidden),
        .. TensorSpec.Layer(name + "fc2", hidden, wide),
        .. TensorSpec.Norm(name + "final_layer_norm", hidden),
    ];

    private static TensorSpec[] Attention(string name, long hidden) =>
    [
        .. TensorSpec.Layer(name + ".q_proj", hidden, hidden),
        .. TensorSpec.Layer(name + ".k_proj", hidden, hidden),
        .. TensorSpec.Layer(name + ".v_proj", hidden, hidden),
        .. TensorSpec.Layer(name + ".out_proj", hidden, hidden),
        .. TensorSpec.Norm(name + "_layer_norm", hidden),
    ];
}
