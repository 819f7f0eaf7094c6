using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.Onnx.Encoders;
using LLMBlender.Inference.Tokenization;
using LLMBlender.Inference.Tokenization.Files;

namespace LLMBlender.Inference.Models;

/// <summary>Imports a DeBERTa-v2/v3, BERT, RoBERTa, XLM-RoBERTa or ModernBERT encoder, without a head or with a supported one.</summary>
internal static class EncoderImport
{
    /// <summary>
    /// The config field with the kind of a checkpoint exported by this project, one of <see cref="ModelKind.OfEncoders"/>.
    /// </summary>
    public const string KindField = "llmblender_kind";

    /// <summary>Checks that config, tokenizer and tensors are consistent, and returns the import plan.</summary>
    /// <exception cref="ModelException">They are inconsistent, or use an unsupported feature.</exception>
    public static ImportPlan Plan(string folder, ConfigFile config, Checkpoint checkpoint, Precision precision, string? kind)
    {
        var family = EncoderFamily.Read(config, checkpoint);
        var tokenizer = Tokenizer.Load(folder);
        if (tokenizer.Count > family.VocabularyRows)
        {
            throw config.Refused("vocab_size", $"the tokenizer has {tokenizer.Count} ids, and each needs a row");
        }

        kind ??= KindOf(config);
        var weights = new StoredWeights(precision);
        family.Declare(checkpoint, weights);
        int? labels = null;
        Func<IWeights, byte[]> build = kind switch
        {
            ModelKind.Classifier or ModelKind.SummaReranker => Classifier(family, checkpoint, precision, weights, out labels),
            ModelKind.MlmScorer => Masked(config, family, checkpoint, precision, weights),
            ModelKind.SimCls => stored => PooledGraph.Embedding(family, precision, stored),
            _ => stored => EncoderGraph.Build(family, precision, stored),
        };
        return new ImportPlan
        {
            Kind = kind,
            Layout = family.Name,
            ConfigJson = File.ReadAllBytes(config.Path),
            OtherFiles = tokenizer.Files,
            Weights = weights,
            Graphs = [(ModelFolder.GraphFile, build)],
            MaxLength = Smaller(family.MaxTokens, TokenizerConfig.Read(folder).MaxLength),
            Labels = labels,
        };
    }

    private static string KindOf(ConfigFile config)
    {
        if (config.Has(KindField))
        {
            var named = config.Text(KindField);
            return ModelKind.OfEncoders.Contains(named)
                ? named
                : throw config.Refused(KindField, $"must be one of {string.Join(", ", ModelKind.OfEncoders)}");
        }

        return config.Parts("architectures").Any(name => name.EndsWith("ForSequenceClassification", StringComparison.Ordinal))
            ? ModelKind.Classifier
            : ModelKind.Encoder;
    }

    private static Func<IWeights, byte[]> Classifier(
        EncoderFamily family, Checkpoint checkpoint, Precision precision, StoredWeights weights, out int? labels)
    {
        var head = family.Classifier;
        var rows = checkpoint.Find(head.Out + ".weight").Shape is [var first, _] ? (int)first : 0;
        foreach (var spec in head.Tensors(family.Hidden, rows))
        {
            weights.Add(checkpoint, spec);
        }

        labels = rows;
        return stored => PooledGraph.Classifier(family, precision, stored, rows);
    }

    private static Func<IWeights, byte[]> Masked(
        ConfigFile config, EncoderFamily family, Checkpoint checkpoint, Precision precision, StoredWeights weights)
    {
        if (!config.Flag("tie_word_embeddings", true))
        {
            throw config.Refused("tie_word_embeddings", "must be true: a masked language model's head is its embedding here");
        }

        var (head, width) = (family.Masked, family.EmbeddingSize);
        foreach (var spec in head.Tensors(width, family.Hidden, family.VocabularyRows))
        {
            weights.Add(checkpoint, spec);
        }

        if (precision.StoresBytes())
        {
            weights.Add(checkpoint, new TensorSpec(MaskedHead.Decoder + ".weight", TensorUse.Dense, family.VocabularyRows, width)
            {
                From = family.Words + ".weight",
            });
        }

        return stored => PooledGraph.Masked(family, precision, stored);
    }

    private static int? Smaller(int? one, int? other) => one is { } a && other is { } b ? Math.Min(a, b) : one ?? other;
}
