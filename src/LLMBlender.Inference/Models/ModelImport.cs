using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Inference.Models;

/// <summary>Makes a model folder from a Hugging Face checkpoint folder.</summary>
public static class ModelImport
{
    /// <summary>
    /// Imports the checkpoint in <paramref name="source"/> into <paramref name="target"/>. The folder appears whole or
    /// not at all; a model folder that was there is replaced; the same checkpoint gives the same bytes.
    /// </summary>
    /// <param name="source">
    /// <c>config.json</c>, weights and tokenizer files: the layouts of llm-blender/PairRM-hf and llm-blender/PairRM, or a
    /// DeBERTa-v2/v3 encoder.
    /// </param>
    /// <param name="target">The model folder to make.</param>
    /// <param name="precision">How weights are stored and computed with.</param>
    /// <param name="backbone">
    /// For the PairRM layout, the folder of the backbone whose config and tokenizer its own config.json only names.
    /// </param>
    /// <returns>The new folder, opened.</returns>
    /// <exception cref="ModelException">The checkpoint can't be imported; the message says why.</exception>
    public static ModelFolder Import(string source, string target, Precision precision, string? backbone = null)
    {
        source = Path.GetFullPath(source);
        target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target));
        RefuseForeignTarget(target);
        var layout = CheckpointLayout.Detect(source, backbone);
        var staging = $"{target}.importing-{Environment.ProcessId}";
        Directory.CreateDirectory(staging);
        try
        {
            Write(layout, staging, Path.GetFileName(target), precision);
            Replace(staging, target);
        }
        finally
        {
            if (Directory.Exists(staging))
            {
                Directory.Delete(staging, recursive: true);
            }
        }

        return ModelFolder.Open(target);
    }

    private static void Write(CheckpointLayout layout, string folder, string id, Precision precision)
    {
        using var checkpoint = Checkpoint.Open(layout.WeightsPath);
        var tokenizer = Tokenizer.Load(layout.TokenizerFolder);
        var parts = layout.Describe(checkpoint, tokenizer);
        var weights = Declare(checkpoint, parts, precision);
        byte[] graph = [];
        weights.Write(Path.Combine(folder, ModelFolder.WeightsFile), () => graph = parts.Head is null
            ? EncoderGraph.Build(parts.Config, precision, weights, parts.Prefix)
            : PairRankerGraph.Build(parts.Config, precision, weights));
        File.WriteAllBytes(Path.Combine(folder, ModelFolder.GraphFile), graph);
        File.WriteAllBytes(Path.Combine(folder, ModelFolder.ConfigFileName), parts.ConfigJson);
        foreach (var file in tokenizer.Files)
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }

        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            files.Add(Path.GetFileName(file), ModelFolder.Hash(file));
        }

        var manifest = new ModelManifest
        {
            Format = ModelManifest.CurrentFormat,
            Kind = parts.Head is null ? ModelKind.Encoder : ModelKind.PairRanker,
            Id = id,
            Origin = parts.Origin,
            TensorHash = "sha256:" + files[ModelFolder.WeightsFile],
            Precision = PrecisionNames.Of(precision),
            SourceMaxLength = parts.Head?.SourceMaxLength,
            CandidateMaxLength = parts.Head?.CandidateMaxLength,
            Tokens = parts.Head?.Tokens,
            Files = files,
        };
        File.WriteAllBytes(Path.Combine(folder, ModelManifest.FileName), manifest.Serialize());
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

    private static void RefuseForeignTarget(string target)
    {
        if (File.Exists(target))
        {
            throw new ModelException(target, "is a file, but the model needs a folder of its own");
        }

        if (Directory.Exists(target)
            && !File.Exists(Path.Combine(target, ModelManifest.FileName))
            && Directory.EnumerateFileSystemEntries(target).Any())
        {
            throw new ModelException(target, "holds something else than a model, and is not overwritten");
        }
    }

    private static void Replace(string staging, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var old = $"{target}.replaced-{Environment.ProcessId}";
        if (Directory.Exists(target))
        {
            Directory.Move(target, old);
        }

        Directory.Move(staging, target);
        if (Directory.Exists(old))
        {
            Directory.Delete(old, recursive: true);
        }
    }
}
