using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.Onnx.Bart;
using LLMBlender.Inference.Onnx.T5;

namespace LLMBlender.Inference.Models;

/// <summary>Makes a model folder from a Hugging Face checkpoint folder.</summary>
public static class ModelImport
{
    /// <summary>
    /// Imports the checkpoint in <paramref name="source"/> into <paramref name="target"/>. The folder appears whole or
    /// not at all; a model folder that was there is replaced; the same checkpoint gives the same bytes.
    /// </summary>
    /// <param name="source">
    /// <c>config.json</c>, weights and tokenizer files: the layouts of llm-blender/PairRM-hf and llm-blender/PairRM; a
    /// DeBERTa-v2/v3, BERT or RoBERTa encoder with or without a head; a T5 of any release, such as llm-blender/gen_fuser_3b;
    /// or a BART.
    /// </param>
    /// <param name="target">The model folder to make.</param>
    /// <param name="precision">How weights are stored and computed with.</param>
    /// <param name="backbone">
    /// For the PairRM layout, the folder of the backbone whose config and tokenizer its own config.json only names.
    /// </param>
    /// <param name="kind">
    /// What an encoder becomes, one of <see cref="ModelKind.OfEncoders"/>; by default what its config says: a classifier where
    /// its architecture is one, else hidden states only.
    /// </param>
    /// <returns>The new folder, opened.</returns>
    /// <exception cref="ModelException">The checkpoint can't be imported; the message says why.</exception>
    public static ModelFolder Import(string source, string target, Precision precision, string? backbone = null, string? kind = null)
    {
        source = Path.GetFullPath(source);
        target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target));
        RefuseForeignTarget(target);
        var staging = $"{target}.importing-{Environment.ProcessId}";
        Directory.CreateDirectory(staging);
        try
        {
            Write(source, backbone, kind, staging, Path.GetFileName(target), precision);
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

    // The checkpoint stays open until the weights are written.
    private static void Write(string source, string? backbone, string? kind, string folder, string id, Precision precision)
    {
        var config = ConfigFile.Read(Path.Combine(source, ModelFolder.ConfigFileName));
        var layout = CheckpointLayout.IsIn(config) ? CheckpointLayout.Detect(source, backbone) : null;
        if (backbone is not null && !config.Has("ranker_type"))
        {
            throw new ModelException(config.Path, "holds its own shape: a backbone folder is only for the llm-blender/PairRM layout");
        }

        var isEncoder = layout is null && !T5Config.IsIn(config) && !BartConfig.IsIn(config);
        if (kind is not null && !(isEncoder && ModelKind.OfEncoders.Contains(kind)))
        {
            throw new ModelException(
                config.Path, $"can't become a {kind}: only an encoder's checkpoint has a choice, of {string.Join(", ", ModelKind.OfEncoders)}");
        }

        using var checkpoint = Checkpoint.Open(source);
        var plan = layout is not null ? PairRankerImport.Plan(layout, checkpoint, precision)
            : T5Config.IsIn(config) ? T5Import.Plan(source, config, checkpoint, precision)
            : BartConfig.IsIn(config) ? BartImport.Plan(source, config, checkpoint, precision)
            : EncoderImport.Plan(source, config, checkpoint, precision, kind);
        Write(plan, folder, id, precision);
    }

    private static void Write(ImportPlan plan, string folder, string id, Precision precision)
    {
        plan.Weights.Write(Path.Combine(folder, ModelFolder.WeightsFile), () =>
        {
            foreach (var (name, build) in plan.Graphs)
            {
                File.WriteAllBytes(Path.Combine(folder, name), build(plan.Weights));
            }
        });
        File.WriteAllBytes(Path.Combine(folder, ModelFolder.ConfigFileName), plan.ConfigJson);
        foreach (var file in plan.OtherFiles)
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
            Kind = plan.Kind,
            Id = id,
            Origin = plan.Origin,
            TensorHash = "sha256:" + files[ModelFolder.WeightsFile],
            Precision = PrecisionNames.Of(precision),
            SourceMaxLength = plan.SourceMaxLength,
            CandidateMaxLength = plan.CandidateMaxLength,
            MaxLength = plan.MaxLength,
            Labels = plan.Labels,
            Tokens = plan.RankerTokens,
            GeneratorTokens = plan.GeneratorTokens,
            Files = files,
        };
        File.WriteAllBytes(Path.Combine(folder, ModelManifest.FileName), manifest.Serialize());
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
