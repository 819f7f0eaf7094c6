using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Inference.Models;

/// <summary>Importing a DeBERTa-v2/v3 encoder, by itself or under a PairRanker's head.</summary>
internal static class EncoderImport
{
    /// <summary>Checks config, tokenizer and tensors against each other, and says what is to be written.</summary>
    /// <exception cref="ModelException">They contradict each other, or hold what isn't built here.</exception>
    public static ImportPlan Plan(CheckpointLayout layout, Checkpoint checkpoint, Precision precision)
    {
        var tokenizer = Tokenizer.Load(layout.TokenizerFolder);
        var parts = layout.Describe(checkpoint, tokenizer);
        return new ImportPlan
        {
            Kind = parts.Head is null ? ModelKind.Encoder : ModelKind.PairRanker,
            Origin = parts.Origin,
            ConfigJson = parts.ConfigJson,
            OtherFiles = tokenizer.Files,
            Weights = Declare(checkpoint, parts, precision),
            Graphs =
            [
                (ModelFolder.GraphFile, weights => parts.Head is null
                    ? EncoderGraph.Build(parts.Config, precision, weights, parts.Prefix)
                    : PairRankerGraph.Build(parts.Config, precision, weights)),
            ],
            SourceMaxLength = parts.Head?.SourceMaxLength,
            CandidateMaxLength = parts.Head?.CandidateMaxLength,
            RankerTokens = parts.Head?.Tokens,
        };
    }

    private static StoredWeights Declare(Checkpoint checkpoint, CheckpointParts parts, Precision precision)
    {
        var weights = new StoredWeights(precision);
        var tables = DebertaTensors.OfRelativeTables(parts.Config, parts.Prefix).ToList();
        foreach (var spec in DebertaTensors.OfGraph(parts.Config, parts.Prefix, parts.VocabularyRows).Concat(tables))
        {
            weights.Add(checkpoint, spec);
        }

        foreach (var spec in parts.Head is { } head ? DebertaTensors.OfHead(parts.Config, head.Tasks) : [])
        {
            weights.Add(checkpoint, spec);
        }

        if (tables.Count > 0)
        {
            DeclareRelativeTables(checkpoint, parts, weights);
        }

        return weights;
    }

    private static void DeclareRelativeTables(Checkpoint checkpoint, CheckpointParts parts, StoredWeights weights)
    {
        var (config, prefix) = (parts.Config, parts.Prefix);
        var table = new Lazy<float[]>(() => RelativeTables.Normalise(
            checkpoint.Read(prefix + "encoder.rel_embeddings.weight"),
            config.Hidden,
            config.NormaliseRelative
                ? (checkpoint.Read(prefix + "encoder.LayerNorm.weight"), checkpoint.Read(prefix + "encoder.LayerNorm.bias"))
                : null,
            config.LayerNormEpsilon));
        float[] Project(int layer, string own, string shared, bool rowsLast)
        {
            var name = $"{prefix}encoder.layer.{layer}.attention.self.{(config.ShareAttentionKey ? shared : own)}";
            return RelativeTables.Project(
                table.Value, config.Hidden, checkpoint.Read(name + ".weight"), checkpoint.Read(name + ".bias"),
                config.HeadSize, config.ScoreScale, rowsLast);
        }

        long heads = config.Heads, size = config.HeadSize, rows = 2 * config.Span;
        for (var i = 0; i < config.Layers; i++)
        {
            var layer = i;
            if (config.ContentToPosition)
            {
                weights.Add(PositionTables.KeyName(layer), [heads, size, rows], () => Project(layer, "pos_key_proj", "key_proj", rowsLast: true));
            }

            if (config.PositionToContent)
            {
                weights.Add(PositionTables.QueryName(layer), [heads, rows, size], () => Project(layer, "pos_query_proj", "query_proj", rowsLast: false));
            }
        }
    }
}
