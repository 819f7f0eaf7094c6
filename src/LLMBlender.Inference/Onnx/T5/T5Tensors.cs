using LLMBlender.Inference.Checkpoints;

namespace LLMBlender.Inference.Onnx.T5;

/// <summary>
/// The tensors that a T5 checkpoint must contain (names: transformers' <c>T5ForConditionalGeneration</c>), and optional ones.
/// </summary>
internal static class T5Tensors
{
    public const string Shared = "shared.weight";
    public const string Head = "lm_head.weight";
    public const string RelativeBias = "layer.0.SelfAttention.relative_attention_bias.weight";

    // Copies of the embedding, and a table that the first release wrote and its own code never read.
    private static readonly HashSet<string> Unused = new(StringComparer.Ordinal)
    {
        "encoder.embed_tokens.weight",
        "decoder.embed_tokens.weight",
        "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight",
        Head,
    };

    /// <summary>The checkpoint's name of the embedding: a file may contain shared tensors once, under any of their names.</summary>
    public static string EmbeddingIn(Checkpoint checkpoint) =>
        new[] { Shared, "encoder.embed_tokens.weight", "decoder.embed_tokens.weight", Head }
            .FirstOrDefault(checkpoint.Tensors.ContainsKey, Shared);

    /// <summary>Whether the checkpoint contains a head that is not the embedding.</summary>
    public static bool HasOwnHead(Checkpoint checkpoint, string embedding) =>
        embedding != Head && checkpoint.Tensors.ContainsKey(Head) && !checkpoint.AreEqual(Head, embedding);

    /// <summary>Every tensor that the graphs use.</summary>
    /// <param name="config">The network's shape.</param>
    /// <param name="precision">At int8, a tied head has its own quantised copy.</param>
    /// <param name="embedding">The checkpoint's name of the embedding.</param>
    public static IEnumerable<TensorSpec> Of(T5Config config, Precision precision, string embedding)
    {
        long rows = config.VocabularySize, hidden = config.Hidden;
        yield return new TensorSpec(Shared, TensorUse.Embedding, rows, hidden) { From = embedding };
        if (!config.IsTied || precision.StoresBytes())
        {
            yield return new TensorSpec(Head, TensorUse.Dense, rows, hidden) { From = config.IsTied ? embedding : Head };
        }

        foreach (var (stack, layers) in new[] { ("encoder.", config.EncoderLayers), ("decoder.", config.DecoderLayers) })
        {
            yield return new(stack + "block.0." + RelativeBias, TensorUse.Wide, config.Buckets, config.Heads);
            for (var layer = 0; layer < layers; layer++)
            {
                foreach (var tensor in Block(config, $"{stack}block.{layer}.", isDecoder: stack is "decoder."))
                {
                    yield return tensor;
                }
            }

            yield return Norm(stack + "final_layer_norm.weight", hidden);
        }
    }

    /// <summary>Whether a tensor that no graph uses may be ignored.</summary>
    public static bool MayBeIgnored(string name) =>
        Unused.Contains(name)
        || !(name.StartsWith("encoder.", StringComparison.Ordinal) || name.StartsWith("decoder.", StringComparison.Ordinal));

    private static IEnumerable<TensorSpec> Block(T5Config config, string name, bool isDecoder)
    {
        long hidden = config.Hidden, wide = config.Intermediate;
        var last = isDecoder ? 2 : 1;
        var feed = $"{name}layer.{last}.DenseReluDense.";
        return
        [
            .. Attention(config, name + "layer.0.SelfAttention."),
            Norm(name + "layer.0.layer_norm.weight", hidden),
            .. isDecoder ? Attention(config, name + "layer.1.EncDecAttention.") : [],
            .. isDecoder ? [Norm(name + "layer.1.layer_norm.weight", hidden)] : Array.Empty<TensorSpec>(),
            .. (config.IsGated ? (string[])["wi_0", "wi_1"] : ["wi"]).Select(wi =>
                new TensorSpec($"{feed}{wi}.weight", TensorUse.Dense, wide, hidden)),
            new(feed + "wo.weight", TensorUse.WideDense, hidden, wide),
            Norm($"{name}layer.{last}.layer_norm.weight", hidden),
        ];
    }

    private static TensorSpec[] Attention(T5Config config, string name)
    {
        long hidden = config.Hidden, width = config.AttentionWidth;
        return
        [
            new(name + "q.weight", TensorUse.Dense, width, hidden),
            new(name + "k.weight", TensorUse.Dense, width, hidden),
            new(name + "v.weight", TensorUse.Dense, width, hidden),
            new(name + "o.weight", TensorUse.Dense, hidden, width),
        ];
    }

    private static TensorSpec Norm(string name, long width) => new(name, TensorUse.Wide, width);
}
