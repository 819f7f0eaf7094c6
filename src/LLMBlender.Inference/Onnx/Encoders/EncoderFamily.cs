using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Onnx.Bert;
using LLMBlender.Inference.Onnx.Deberta;

namespace LLMBlender.Inference.Onnx.Encoders;

/// <summary>An architecture of encoders, as far as heads and import need to know it.</summary>
internal abstract class EncoderFamily
{
    /// <summary>Its name in a model's origin.</summary>
    public abstract string Name { get; }

    /// <summary>Width of a hidden state.</summary>
    public abstract int Hidden { get; }

    /// <summary>Layers, the embedding not counted.</summary>
    public abstract int Layers { get; }

    /// <summary>Rows of the word embedding.</summary>
    public abstract int VocabularyRows { get; }

    /// <summary>Width of a word embedding's row.</summary>
    public abstract int EmbeddingSize { get; }

    public abstract double LayerNormEpsilon { get; }

    /// <summary>Tokens of a row at most; null where positions are relative and any length works.</summary>
    public abstract int? MaxTokens { get; }

    /// <summary>The tensors of a classifier's head.</summary>
    public abstract ClassifierHead Classifier { get; }

    /// <summary>The tensors of a masked language model's head.</summary>
    public abstract MaskedHead Masked { get; }

    /// <summary>What precedes the encoder's tensor names.</summary>
    public required string Prefix { get; init; }

    /// <summary>The family of a config.</summary>
    /// <exception cref="ModelException">An architecture that isn't built here, or a field out of range.</exception>
    public static EncoderFamily Read(ConfigFile config, Checkpoint checkpoint)
    {
        string Prefix(params string[] known) =>
            known.FirstOrDefault(p => checkpoint.Tensors.ContainsKey($"{p}{BertTensors.Words}.weight"), known[0]);
        if (BertConfig.IsIn(config))
        {
            return new BertFamily(BertConfig.Read(config)) { Prefix = Prefix("", "bert.", "roberta.", "bleurt.") };
        }

        var deberta = DebertaConfig.Read(config);
        return new DebertaFamily(deberta, deberta.VocabularySize) { Prefix = Prefix("", "deberta.", PairRankerGraph.EncoderPrefix) };
    }

    /// <summary>The family of a ranker's backbone.</summary>
    /// <param name="config">The backbone's config.</param>
    /// <param name="rows">Rows of the word embedding, which a ranker's may have more or fewer of than its backbone; null for the config's.</param>
    /// <exception cref="ModelException">An architecture that isn't built here, or a field out of range.</exception>
    public static EncoderFamily OfRanker(ConfigFile config, int? rows)
    {
        if (BertConfig.IsIn(config))
        {
            var bert = BertConfig.Read(config);
            return new BertFamily(bert with { VocabularySize = rows ?? bert.VocabularySize }) { Prefix = PairRankerGraph.EncoderPrefix };
        }

        var deberta = DebertaConfig.Read(config);
        return new DebertaFamily(deberta, rows ?? deberta.VocabularySize) { Prefix = PairRankerGraph.EncoderPrefix };
    }

    /// <summary>Declares every tensor of the encoder.</summary>
    public abstract void Declare(Checkpoint checkpoint, StoredWeights weights);

    /// <summary>Adds the encoder to a graph.</summary>
    /// <param name="graph">Receives the nodes.</param>
    /// <param name="dense">How dense layers are computed.</param>
    /// <param name="isOneType">Whether every token has type 0, so that no types are read.</param>
    public abstract IEncoderLayers Begin(OnnxGraph graph, DenseLayers dense, bool isOneType = false);
}
