namespace LLMBlender.Inference.Onnx.Bert;

/// <summary>
/// The tensors that an encoder's checkpoint must contain (names: transformers' <c>BertModel</c> and <c>RobertaModel</c>).
/// </summary>
internal static class BertTensors
{
    public const string Words = "embeddings.word_embeddings";

    /// <summary>Every tensor that the graph uses.</summary>
    /// <param name="config">The encoder's shape.</param>
    /// <param name="prefix">The prefix of the encoder's tensor names.</param>
    public static IEnumerable<TensorSpec> Of(BertConfig config, string prefix)
    {
        long hidden = config.Hidden, wide = config.Intermediate;
        IEnumerable<TensorSpec> embeddings =
        [
            new(prefix + Words + ".weight", TensorUse.Embedding, config.VocabularySize, hidden),
            new(prefix + "embeddings.position_embeddings.weight", TensorUse.Plain, config.Positions, hidden),
            new(prefix + "embeddings.token_type_embeddings.weight", TensorUse.Plain, config.TokenTypes, hidden),
            .. TensorSpec.Norm(prefix + "embeddings.LayerNorm", hidden, TensorUse.Wide),
        ];
        return embeddings.Concat(Enumerable.Range(0, config.Layers).SelectMany(i => Layer($"{prefix}encoder.layer.{i}.", hidden, wide)));
    }

    private static TensorSpec[] Layer(string name, long hidden, long wide) =>
    [
        .. TensorSpec.Layer(name + "attention.self.query", hidden, hidden),
        .. TensorSpec.Layer(name + "attention.self.key", hidden, hidden),
        .. TensorSpec.Layer(name + "attention.self.value", hidden, hidden),
        .. TensorSpec.Layer(name + "attention.output.dense", hidden, hidden),
        .. TensorSpec.Norm(name + "attention.output.LayerNorm", hidden, TensorUse.Wide),
        .. TensorSpec.Layer(name + "intermediate.dense", wide, hidden),
        .. TensorSpec.Layer(name + "output.dense", hidden, wide),
        .. TensorSpec.Norm(name + "output.LayerNorm", hidden, TensorUse.Wide),
    ];
}
