using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.Onnx.Bart;
using LLMBlender.Inference.Onnx.T5;

namespace LLMBlender.Inference.Models;

/// <summary>Imports a Hugging Face checkpoint folder to a model folder.</summary>
public static class ModelImport
{
    /// <summary>
    /// Imports the checkpoint in <paramref name="source"/> to <paramref name="target"/>. The folder is written completely or not at all; an
    /// existing model is replaced when the new one has been validated, and a folder with any other content is rejected; the same checkpoint
    /// gives the same bytes.
    /// </summary>
    /// <param name="source">
    /// <c>config.json</c>, weights and tokenizer files: the layouts of llm-blender/PairRM-hf and llm-blender/PairRM; a
    /// DeBERTa-v2/v3, BERT, RoBERTa, XLM-RoBERTa or ModernBERT encoder with or without a head; a T5 of any release, such as
    /// llm-blender/gen_fuser_3b; or a BART.
    /// </param>
    /// <param name="target">The model folder to create.</param>
    /// <param name="precision">How weights are stored and computed with.</param>
    /// <param name="backbone">
    /// For the PairRM layout, the folder of the backbone whose config and tokenizer config.json only refers to by name.
    /// </param>
    /// <param name="kind">
    /// The kind of an imported encoder, one of <see cref="ModelKind.OfEncoders"/>; by default from its config: a classifier if its
    /// architecture is one, otherwise hidden states only.
    /// </param>
    /// <param name="origin">The checkpoint's name in the model's origin; by default the folder's name.</param>
    /// <param name="limits">The lengths of a classifier's rows, if it was trained with shorter ones than its encoder takes.</param>
    /// <returns>The new folder, opened.</returns>
    /// <exception cref="ModelException">The checkpoint can't be imported; the message contains the reason.</exception>
    public static ModelFolder Import(string source, string target, Precision precision, string? backbone = null, string? kind = null, string? origin = null, RowLimits limits = default)
    {
        // Shells complete a folder's name with a separator, which would make the last path segment empty.
        source = Path.TrimEndingDirectorySeparator(Path.GetFullPath(source));
        backbone = backbone is null ? null : Path.TrimEndingDirectorySeparator(Path.GetFullPath(backbone));
        var place = ModelTarget.Of(target);
        Directory.CreateDirectory(place.Staging);
        try
        {
            Write(source, backbone, kind, place.Staging, place.Id, precision, origin ?? Path.GetFileName(source), limits);
            place.Replace();
        }
        finally
        {
            if (Directory.Exists(place.Staging))
            {
                Directory.Delete(place.Staging, recursive: true);
            }
        }

        return ModelFolder.Open(place.Path);
    }

    /// <summary>Checks that a model can be imported to a folder: it is missing, empty, or contains only a model.</summary>
    /// <exception cref="ModelException">The folder has other content.</exception>
    public static void RequireTarget(string target) => ModelTarget.Of(target);

    /// <summary>The name of the backbone whose folder <see cref="Import"/> needs for a checkpoint; null if it needs none.</summary>
    /// <exception cref="ModelException">The folder's config.json is missing or can't be read.</exception>
    public static string? BackboneOf(string source) => CheckpointLayout.BackboneOf(source);

    // The checkpoint stays open until the weights are written.
    private static void Write(string source, string? backbone, string? kind, string folder, string id, Precision precision, string origin, RowLimits limits)
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

        using var checkpoint = Named(Checkpoint.Open(source), config);
        var plan = layout is not null ? PairRankerImport.Plan(layout, checkpoint, precision)
            : T5Config.IsIn(config) ? T5Import.Plan(source, config, checkpoint, precision)
            : BartConfig.IsIn(config) ? BartImport.Plan(source, config, checkpoint, precision)
            : EncoderImport.Plan(source, config, checkpoint, precision, kind);
        plan = limits.Apply(plan, config.Path);
        Write(plan, folder, id, precision, origin);
    }

    private static Checkpoint Named(Checkpoint checkpoint, ConfigFile config) =>
        BartConfig.IsIn(config) ? PublishedNames.OfBart(checkpoint)
        : T5Config.IsIn(config) ? checkpoint
        : PublishedNames.OfEncoder(checkpoint);

    private static void Write(ImportPlan plan, string folder, string id, Precision precision, string origin)
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
            Origin = $"{origin} ({plan.Layout})",
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
}
