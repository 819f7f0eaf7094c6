using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.Onnx.Bart;
using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Inference.Models;

/// <summary>Imports a BART, for BARTScore.</summary>
internal static class BartImport
{
    /// <summary>Checks that config, tokenizer and tensors are consistent, and returns the import plan.</summary>
    /// <exception cref="ModelException">They are inconsistent, or use an unsupported feature.</exception>
    public static ImportPlan Plan(string folder, ConfigFile config, Checkpoint checkpoint, Precision precision)
    {
        var shape = BartConfig.Read(config);
        var tokenizer = Tokenizer.Load(folder);
        if (tokenizer.Count > shape.VocabularySize)
        {
            throw config.Refused("vocab_size", $"the tokenizer has {tokenizer.Count} ids, and each needs a row");
        }

        var weights = new StoredWeights(precision);
        foreach (var spec in BartTensors.Of(shape, precision, BartTensors.EmbeddingIn(checkpoint.Tensors.ContainsKey)))
        {
            // Published BARTs lack the bias, which the reference then sets to zero; files saved by BartModel lack it as well.
            if (spec.Name == BartTensors.Bias && !checkpoint.Tensors.ContainsKey(spec.From))
            {
                weights.Add(spec.Name, spec.Shape, () => new float[shape.VocabularySize], spec.Use);
                continue;
            }

            weights.Add(checkpoint, spec);
        }

        return new ImportPlan
        {
            Kind = ModelKind.Likelihood,
            Layout = "BART",
            ConfigJson = File.ReadAllBytes(config.Path),
            OtherFiles = tokenizer.Files,
            Weights = weights,
            Graphs = [(ModelFolder.GraphFile, stored => BartGraph.Build(shape, precision, stored))],
            MaxLength = shape.Positions,
            GeneratorTokens = new GeneratorTokens(
                shape.Pad, tokenizer.EosId ?? shape.DecoderStart, shape.DecoderStart),
        };
    }
}
