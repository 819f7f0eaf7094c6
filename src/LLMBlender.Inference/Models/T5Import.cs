using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.Onnx.T5;
using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Inference.Models;

/// <summary>Imports a T5, the architecture of LLM-Blender's published fusers.</summary>
internal static class T5Import
{
    // The reference's defaults (GenFuserConfig).
    private const int DefaultSourceMaxLength = 1024;
    private const int DefaultCandidateMaxLength = 128;

    /// <summary>Checks that config, tokenizer and tensors are consistent, and returns the import plan.</summary>
    /// <exception cref="ModelException">They are inconsistent, or use an unsupported feature.</exception>
    public static ImportPlan Plan(string folder, ConfigFile config, Checkpoint checkpoint, Precision precision)
    {
        var shape = T5Config.Read(config);
        var embedding = T5Tensors.EmbeddingIn(checkpoint);
        shape = shape with { IsTied = !T5Tensors.HasOwnHead(checkpoint, embedding) };
        var tokenizer = Tokenizer.Load(folder);
        if (tokenizer.Count > shape.VocabularySize)
        {
            throw config.Refused("vocab_size", $"the tokenizer has {tokenizer.Count} ids, and each needs a row");
        }

        var settings = Path.Combine(folder, GenerationSettings.FileName);
        return new ImportPlan
        {
            Kind = ModelKind.GenFuser,
            Layout = Layout(shape),
            ConfigJson = File.ReadAllBytes(config.Path),
            OtherFiles = File.Exists(settings) ? [.. tokenizer.Files, settings] : tokenizer.Files,
            Weights = Declare(checkpoint, shape, precision, embedding),
            Graphs =
            [
                (ModelFolder.EncoderGraphFile, weights => T5EncoderGraph.Build(shape, precision, weights)),
                (ModelFolder.DecoderGraphFile, weights => T5DecoderGraph.Build(shape, precision, weights)),
            ],
            SourceMaxLength = config.Integer("source_maxlength", 32, 1 << 20, DefaultSourceMaxLength),
            CandidateMaxLength = config.Integer("candidate_maxlength", 1, 1 << 20, DefaultCandidateMaxLength),
            GeneratorTokens = GenerationSettings.ReadTokens(folder, config, shape.VocabularySize),
        };
    }

    private static string Layout(T5Config shape) =>
        $"T5, {(shape.IsGated ? "gated" : "plain")} feed-forward, {(shape.IsTied ? "tied" : "untied")} head";

    private static StoredWeights Declare(Checkpoint checkpoint, T5Config shape, Precision precision, string embedding)
    {
        var weights = new StoredWeights(precision);
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var spec in T5Tensors.Of(shape, precision, embedding))
        {
            weights.Add(checkpoint, spec);
            used.Add(spec.From);
        }

        // Otherwise a config with fewer layers than the checkpoint would silently build another network.
        return checkpoint.Tensors.Keys.FirstOrDefault(name => !used.Contains(name) && !T5Tensors.MayBeIgnored(name)) is { } extra
            ? throw new ModelException(checkpoint.Path, $"has a tensor {Quote.Of(extra)} that the config's network has no place for")
            : weights;
    }
}
