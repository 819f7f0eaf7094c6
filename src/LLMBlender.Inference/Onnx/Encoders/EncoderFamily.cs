using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Onnx.Bert;
using LLMBlender.Inference.Onnx.Deberta;
using LLMBlender.Inference.Onnx.ModernBert;

namespace LLMBlender.Inference.Onnx.Encoders;

/// <summary>An encoder architecture, as used by heads and import.</summary>
internal abstract class EncoderFamily
{
    /// <summary>Its name in a model's origin.</summary>
    public abstract string Name { get; }

    /// <summary>Width of a hidden state.</summary>
    public abstract int Hidden { get; }

    /// <summary>The number of layers, excluding the embedding.</summary>
    public abstract int Layers { get; }

    /// <summary>Rows of the word embedding.</summary>
    public abstract int VocabularyRows { get; }

    /// <summary>Width of a word embedding's row.</summary>
    public abstract int EmbeddingSize { get; }

    public abstract double LayerNormEpsilon { get; }

    /// <summary>The maximum number of tokens in a row; null if positions are relative and the length is not limited.</summary>
    public abstract int? MaxTokens { get; }

    /// <summary>The tensors of a classification head.</summary>
    public abstract ClassifierHead Classifier { get; }

    /// <summary>The tensors of a masked language model's head.</summary>
    public abstract MaskedHead Masked { get; }

    /// <summary>The prefix of the encoder's tensor names.</summary>
    public required string Prefix { get; init; }

    /// <summary>The name of the word embedding, without <c>.weight</c>.</summary>
    public virtual string Words => Prefix + BertTensors.Words;

    /// <summary>Reads the family from a config.</summary>
    /// <exception cref="ModelException">An architecture that is not supported, or a field out of range.</exception>
    public static EncoderFamily Read(ConfigFile config, Checkpoint checkpoint)
    {
        string Prefix(params string[] known) =>
            known.FirstOrDefault(p => checkpoint.Tensors.ContainsKey($"{p}{BertTensors.Words}.weight"), known[0]);
        if (BertConfig.IsIn(config))
        {
            return new BertFamily(BertConfig.Read(config)) { Prefix = Prefix("", "bert.", "roberta.", "bleurt.") };
        }

        if (ModernBertConfig.IsIn(config))
        {
            return new ModernBertFamily(ModernBertConfig.Read(config))
            {
                Prefix = checkpoint.Tensors.ContainsKey($"model.{ModernBertTensors.Words}.weight") ? "model." : "",
            };
        }

        var deberta = DebertaConfig.Read(config);
        return new DebertaFamily(deberta, deberta.VocabularySize) { Prefix = Prefix("", "deberta.", PairRankerGraph.EncoderPrefix) };
    }

    /// <summary>Reads the family of a ranker's backbone.</summary>
    /// <param name="config">The backbone's config.</param>
    /// <param name="rows">
    /// Rows of the word embedding, which can differ between a ranker and its backbone; null for the config's value.
    /// </param>
    /// <exception cref="ModelException">An architecture that is not supported, or a field out of range.</exception>
    public static EncoderFamily OfRanker(ConfigFile config, int? rows)
    {
        if (BertConfig.IsIn(config))
        {
            var bert = BertConfig.Read(config);
            return new BertFamily(bert with { VocabularySize = rows ?? bert.VocabularySize }) { Prefix = PairRankerGraph.EncoderPrefix };
        }

        if (ModernBertConfig.IsIn(config))
        {
            var modern = ModernBertConfig.Read(config);
            return new ModernBertFamily(modern with { VocabularySize = rows ?? modern.VocabularySize }) { Prefix = PairRankerGraph.EncoderPrefix };
        }

        var deberta = DebertaConfig.Read(config);
        return new DebertaFamily(deberta, rows ?? deberta.VocabularySize) { Prefix = PairRankerGraph.EncoderPrefix };
    }

    /// <summary>Declares every tensor of the encoder.</summary>
    public abstract void Declare(Checkpoint checkpoint, StoredWeights weights);

    /// <summary>Adds the encoder to a graph.</summary>
    /// <param name="graph">Receives the nodes.</param>
    /// <param name="dense">How dense layers are computed.</param>
    /// <param name="isOneType">Whether every token has type 0, so that types are not an input.</param>
    public abstract IEncoderLayers Begin(OnnxGraph graph, DenseLayers dense, bool isOneType = false);
}
