using System.CommandLine;
using LLMBlender.Cli.Models;
using LLMBlender.Inference.Models;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>models import</c>: converts a Hugging Face checkpoint folder to a model folder.</summary>
internal static class ImportVerb
{
    private const string Details = """
        SRC contains config.json, weights (safetensors, or a PyTorch pickle, of which only tensors are read) and tokenizer files,
        in the layout of llm-blender/PairRM-hf, of llm-blender/PairRM, of a DeBERTa-v2/v3, BERT, RoBERTa, XLM-RoBERTa or ModernBERT
        encoder, of a T5 (v1.0, v1.1, Flan), such as llm-blender/gen_fuser_3b, which is imported as a fuser, or of a BART, which
        is imported to score likelihoods.
        An encoder's checkpoint is imported as a classifier if its config's architecture is …ForSequenceClassification (a reward
        model, BLEURT), otherwise as an encoder of hidden states; --as overrides this, such as mlm-scorer for a …ForMaskedLM.
        The PairRM layout only contains its backbone's name: the backbone is searched beside SRC, or given with --backbone.
        The model folder is created atomically, replaces an older one, and is byte-for-byte reproducible.

        Precisions:
            fp32   as the checkpoint; agrees with the reference to 2e-5
            fp16   half the size; intended for GPUs. Layers of a T5 that overflow half precision stay single: its residual stream,
                   norms, and the second half of its feed-forward layers
            int8   dense weights as bytes; intended for processors
            int8-weights   as large as int8 and nearer to fp32: weights as bytes, computed in single, as fast as fp32
            int4   dense weights as numbers of four bits; for fusers and large rankers on processors, whose time is that of reading weights

        --max-length and --source-max-length record the rows that a reward model was trained with, for better ranking and less work.

        Example:
          llmblender models import ~/checkpoints/PairRM-hf --to models/pairrm --precision int8
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("import", "Convert a Hugging Face checkpoint folder to a model folder.", Details);
        var source = new Argument<string>("SRC") { Description = "The checkpoint's folder." };
        var target = new Option<string>("--to") { HelpName = "DIR", Description = "The model folder to create.", Required = true };
        var precision = Choices.Of("--precision", "Precision of stored weights and computation.", PrecisionNames.All);
        var backbone = new Option<string?>("--backbone") { HelpName = "DIR", Description = "The backbone's folder (config.json and tokenizer)." };
        verb.Arguments.Add(source);
        verb.Options.Add(target);
        verb.Options.Add(precision);
        verb.Options.Add(backbone);
        var kind = new Option<string?>("--as") { HelpName = string.Join('|', ModelKind.OfEncoders), Description = "The kind of model to import an encoder's checkpoint as." };
        verb.Options.Add(kind);
        var maxLength = Numbers.AtLeast("--max-length", 16, "Maximum tokens in a classifier's row; by default the encoder's limit.");
        var sourceMaxLength = Numbers.AtLeast(
            "--source-max-length", 4, "Tokens that a source keeps at its end in a row that is too long; by default the longer text is truncated first.");
        verb.Options.Add(maxLength);
        verb.Options.Add(sourceMaxLength);
        verb.SetAction(parsed =>
        {
            var model = Import(
                parsed.GetValue(source)!, parsed.GetValue(target)!, parsed.GetValue(precision)!, parsed.GetValue(backbone), parsed.GetValue(kind),
                limits: new RowLimits(parsed.GetValue(maxLength), parsed.GetValue(sourceMaxLength)));
            parsed.InvocationConfiguration.Output.WriteLine(Describe(model));
            return ExitCode.Done;
        });
        return verb;
    }

    /// <summary>A description of an imported model.</summary>
    public static string Describe(ModelFolder model) =>
        $"{model.Path}: {model.Manifest.Kind}, {model.Manifest.Precision}, {Sizes.Of(model.Path)}, from {model.Manifest.Origin}";

    /// <summary>Checks before downloading that a model may be written to a folder.</summary>
    /// <exception cref="Inference.ModelException">The folder contains something else.</exception>
    public static void RequireTarget(string target) => Guard(target, () => ModelImport.RequireTarget(target));

    /// <summary>Imports a checkpoint's folder.</summary>
    /// <exception cref="UsageException">A folder is missing, or can't be read or written.</exception>
    /// <exception cref="Inference.ModelException">The checkpoint can't be imported.</exception>
    public static ModelFolder Import(string source, string target, string precision, string? backbone, string? kind, string? origin = null, RowLimits limits = default)
    {
        RequireFolder("SRC", source);
        if (backbone is not null)
        {
            RequireFolder("--backbone", backbone);
        }

        ModelFolder? model = null;
        Guard(target, () => model = ModelImport.Import(source, target, PrecisionNames.Parse(precision), backbone, kind, origin, limits));
        return model!;
    }

    private static void Guard(string target, Action import)
    {
        try
        {
            import();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"importing to {target}: {e.Message}", e);
        }
    }

    private static void RequireFolder(string argument, string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new UsageException($"{argument} {folder}: there is no such folder");
        }
    }
}
