using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.Onnx.Encoders;
using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Inference.Models;

/// <summary>Imports an encoder with a PairRanker's head.</summary>
internal static class PairRankerImport
{
    /// <summary>Checks that config, tokenizer and tensors are consistent, and returns the import plan.</summary>
    /// <exception cref="ModelException">They are inconsistent, or use an unsupported feature.</exception>
    public static ImportPlan Plan(CheckpointLayout layout, Checkpoint checkpoint, Precision precision)
    {
        var tokenizer = Tokenizer.Load(layout.TokenizerFolder);
        var parts = layout.Describe(tokenizer);
        var weights = new StoredWeights(precision);
        parts.Family.Declare(checkpoint, weights);
        foreach (var spec in PairRankerGraph.TensorsOfHead(parts.Family.Hidden, parts.Tasks))
        {
            weights.Add(checkpoint, spec);
        }

        return new ImportPlan
        {
            Kind = ModelKind.PairRanker,
            Layout = parts.Layout,
            ConfigJson = parts.ConfigJson,
            OtherFiles = tokenizer.Files,
            Weights = weights,
            Graphs = [(ModelFolder.GraphFile, stored => PairRankerGraph.Build(parts.Family, precision, stored))],
            SourceMaxLength = parts.SourceMaxLength,
            CandidateMaxLength = parts.CandidateMaxLength,
            MaxLength = parts.Family.MaxTokens,
            RankerTokens = parts.Tokens,
        };
    }
}
