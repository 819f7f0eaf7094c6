namespace LLMBlender.Inference.Onnx.ModernBert;

/// <summary>The tensors that an encoder's checkpoint must contain (names: transformers' <c>ModernBertModel</c>).</summary>
internal static class ModernBertTensors
{
    public const string Words = "embeddings.tok_embeddings";

    /// <summary>The name of the rotary frequencies of local or global layers, which import computes.</summary>
    public static string Frequencies(bool isLocal) => isLocal ? "llmblender.rotary.local" : "llmblender.rotary.global";

    /// <summary>Every tensor that the graph uses, except the rotary frequencies.</summary>
    /// <param name="config">The encoder's shape.</param>
    /// <param name="prefix">The prefix of the encoder's tensor names.</param>
    public static IEnumerable<TensorSpec> Of(ModernBertConfig config, string prefix) =>
    [
        new(prefix + Words + ".weight", TensorUse.Embedding, config.VocabularySize, config.Hidden),
        .. Norm(config, prefix + "embeddings.norm"),
        .. Enumerable.Range(0, config.IsLocal.Count).SelectMany(layer => Layer(config, $"{prefix}layers.{layer}.", isFirst: layer == 0)),
        .. Norm(config, prefix + "final_norm"),
    ];

    /// <summary>The angle per position of each pair of a head's elements, θ^(−2i/d).</summary>
    /// <param name="headSize">d, the width of a head.</param>
    /// <param name="theta">θ, the base.</param>
    public static float[] ComputeFrequencies(int headSize, double theta) =>
        [.. Enumerable.Range(0, headSize / 2).Select(i => (float)Math.Pow(theta, -2.0 * i / headSize))];

    // The embedding's norm precedes the first layer, which has no attention norm of its own.
    private static TensorSpec[] Layer(ModernBertConfig config, string name, bool isFirst)
    {
        long hidden = config.Hidden, wide = config.Intermediate;
        return
        [
            .. isFirst ? [] : Norm(config, name + "attn_norm"),
            .. TensorSpec.Layer(name + "attn.Wqkv", 3 * hidden, hidden, bias: config.HasAttentionBias),
            .. TensorSpec.Layer(name + "attn.Wo", hidden, hidden, bias: config.HasAttentionBias),
            .. Norm(config, name + "mlp_norm"),
            .. TensorSpec.Layer(name + "mlp.Wi", 2 * wide, hidden, bias: config.HasFeedForwardBias),
            .. TensorSpec.Layer(name + "mlp.Wo", hidden, wide, bias: config.HasFeedForwardBias),
        ];
    }

    private static TensorSpec[] Norm(ModernBertConfig config, string name) => TensorSpec.Norm(name, config.Hidden, TensorUse.Wide, config.HasNormBias);
}
