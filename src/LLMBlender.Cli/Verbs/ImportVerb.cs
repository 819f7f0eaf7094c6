using System.CommandLine;
using LLMBlender.Cli.Models;
using LLMBlender.Inference.Models;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>models import</c>: a Hugging Face folder in, a model folder out.</summary>
internal static class ImportVerb
{
    private const string Details = """
        SRC holds config.json, weights (safetensors, or a PyTorch pickle, of which only tensors are read) and tokenizer files,
        in the layout of llm-blender/PairRM-hf, of llm-blender/PairRM, of a DeBERTa-v2/v3, BERT or RoBERTa encoder, of a T5 (v1.0,
        v1.1, Flan), such as llm-blender/gen_fuser_3b, which becomes a fuser, or of a BART, which scores likelihoods.
        An encoder's checkpoint becomes a classifier where its config's architecture is …ForSequenceClassification (a reward model,
        BLEURT), and else gives hidden states; --as says otherwise, such as mlm-scorer for a …ForMaskedLM.
        The PairRM layout only names its backbone: it is looked for beside SRC, or given with --backbone.
        The model folder appears whole or not at all, replaces an older one, and is the same to the byte every time.

        Precisions:
          fp32   as the checkpoint; agrees with the reference to 2e-5
          fp16   half the size; meant for GPUs. What overflows half in a T5 stays single: its residual stream, norms, and the
                 second half of its feed-forward layers
          int8   dense weights as bytes; meant for processors

        Example:
          llmblender models import ~/checkpoints/PairRM-hf --to models/pairrm --precision int8
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("import", "Make a model folder of a Hugging Face checkpoint folder.", Details);
        var source = new Argument<string>("SRC") { Description = "The checkpoint's folder." };
        var target = new Option<string>("--to") { HelpName = "DIR", Description = "The model folder to make.", Required = true };
        var precision = Choices.Of("--precision", "How weights are stored and computed with.", PrecisionNames.All);
        var backbone = new Option<string?>("--backbone") { HelpName = "DIR", Description = "The backbone's folder (config.json and tokenizer)." };
        verb.Arguments.Add(source);
        verb.Options.Add(target);
        verb.Options.Add(precision);
        verb.Options.Add(backbone);
        var kind = new Option<string?>("--as") { HelpName = string.Join('|', ModelKind.OfEncoders), Description = "What an encoder's checkpoint becomes." };
        verb.Options.Add(kind);
        verb.SetAction(parsed =>
        {
            var model = Import(
                parsed.GetValue(source)!, parsed.GetValue(target)!, parsed.GetValue(precision)!, parsed.GetValue(backbone), parsed.GetValue(kind));
            parsed.InvocationConfiguration.Output.WriteLine(Describe(model));
            return ExitCode.Done;
        });
        return verb;
    }

    /// <summary>What is said of a model that was imported.</summary>
    public static string Describe(ModelFolder model) =>
        $"{model.Path}: {model.Manifest.Kind}, {model.Manifest.Precision}, {Sizes.Of(model.Path)}, from {model.Manifest.Origin}";

    /// <summary>Checks that a model may be written to a folder, before anything is fetched for it.</summary>
    /// <exception cref="Inference.ModelException">It holds something else.</exception>
    public static void RequireTarget(string target) => Guard(target, () => ModelImport.RequireTarget(target));

    /// <summary>Imports a checkpoint's folder.</summary>
    /// <exception cref="UsageException">A folder is missing, or can't be read or written.</exception>
    /// <exception cref="Inference.ModelException">The checkpoint can't be imported.</exception>
    public static ModelFolder Import(string source, string target, string precision, string? backbone, string? kind, string? origin = null)
    {
        RequireFolder("SRC", source);
        if (backbone is not null)
        {
            RequireFolder("--backbone", backbone);
        }

        ModelFolder? model = null;
        Guard(target, () => model = ModelImport.Import(source, target, PrecisionNames.Parse(precision), backbone, kind, origin));
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
