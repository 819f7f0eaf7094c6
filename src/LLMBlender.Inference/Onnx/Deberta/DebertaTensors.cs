namespace LLMBlender.Inference.Onnx.Deberta;

/// <summary>The tensors that an encoder's checkpoint must hold (names: transformers' <c>DebertaV2Model</c>).</summary>
internal static class DebertaTensors
{
    /// <summary>Every tensor that the graph uses unchanged.</summary>
    /// <param name="config">The encoder's shape.</param>
    /// <param name="prefix">The prefix of the encoder's tensor names.</param>
    /// <param name="rows">Rows of the word embedding.</param>
    public static IEnumerable<TensorSpec> OfGraph(DebertaConfig config, string prefix, long rows)
    {
        long hidden = config.Hidden, width = config.AttentionWidth, wide = config.Intermediate;
        yield return new(prefix + "embeddings.word_embeddings.weight", TensorUse.Plain, rows, config.EmbeddingSize);
        if (config.EmbeddingSize != config.Hidden)
        {
            yield return new(prefix + "embeddings.embed_proj.weight", TensorUse.Dense, hidden, config.EmbeddingSize);
        }

        foreach (var norm in TensorSpec.Norm(prefix + "embeddings.LayerNorm", hidden, TensorUse.Wide))
        {
            yield return norm;
        }

        for (var layer = 0; layer < config.Layers; layer++)
        {
            var name = $"{prefix}encoder.layer.{layer}.";
            IEnumerable<TensorSpec> tensors =
            [
                .. TensorSpec.Layer(name + "attention.self.query_proj", width, hidden),
                .. TensorSpec.Layer(name + "attention.self.key_proj", width, hidden),
                .. TensorSpec.Layer(name + "attention.self.value_proj", width, hidden),
                .. TensorSpec.Layer(name + "attention.output.dense", hidden, width),
                .. TensorSpec.Norm(name + "attention.output.LayerNorm", hidden, TensorUse.Wide),
                .. TensorSpec.Layer(name + "intermediate.dense", wide, hidden),
                .. TensorSpec.Layer(name + "output.dense", hidden, wide),
                .. TensorSpec.Norm(name + "output.LayerNorm", hidden, TensorUse.Wide),
            ];
            foreach (var tensor in tensors)
            {
                yield return tensor;
            }
        }
    }

    /// <summary>
    /// The tensors from which only the relative tables are computed; those that are also in <see cref="OfGraph"/> come first.
    /// </summary>
    public static IEnumerable<TensorSpec> OfRelativeTables(DebertaConfig config, string prefix)
    {
        long hidden = config.Hidden, width = config.AttentionWidth;
        if (!config.ContentToPosition && !config.PositionToContent)
        {
            yield break;
        }

        yield return new(prefix + "encoder.rel_embeddings.weight", TensorUse.Plain, 2 * config.Span, hidden);
        foreach (var norm in config.NormaliseRelative ? TensorSpec.Norm(prefix + "encoder.LayerNorm", hidden) : [])
        {
            yield return norm;
        }

        for (var layer = 0; layer < config.Layers && !config.ShareAttentionKey; layer++)
        {
            var name = $"{prefix}encoder.layer.{layer}.attention.self.";
            foreach (var tensor in config.ContentToPosition ? TensorSpec.Layer(name + "pos_key_proj", width, hidden) : [])
            {
                yield return tensor;
            }

            foreach (var tensor in config.PositionToContent ? TensorSpec.Layer(name + "pos_query_proj", width, hidden) : [])
            {
                yield return tensor;
            }
        }
    }
}
