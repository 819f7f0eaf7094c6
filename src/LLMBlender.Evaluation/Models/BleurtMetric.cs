using LLMBlender.Core.Evaluation;
using LLMBlender.Inference;
using LLMBlender.Inference.Encoder;
using LLMBlender.Inference.Models;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Models;

/// <summary>
/// BLEURT (Sellam et al. 2020): a classifier with one label whose input is the reference followed by the candidate.
/// Checkpoints: Hugging Face conversions in the layout of BertForSequenceClassification, such as Elron/bleurt-base-512, or with
/// the same tensors prefixed by <c>bleurt.</c>
/// </summary>
internal sealed class BleurtMetric(ClassifierModel model) : IQualityMetric, IDisposable
{
    /// <inheritdoc/>
    public string Name => "bleurt";

    /// <summary>Creates the metric from <c>MODEL</c>.</summary>
    /// <exception cref="UsageException">The argument is invalid.</exception>
    /// <exception cref="ModelException">The model does not have exactly one label.</exception>
    public static BleurtMetric Make(string argument, EvaluationSetup setup)
    {
        var folder = ModelArgument.Read(argument, setup).Folder;
        var model = Loading.Guard(folder, () => ClassifierModel.Load(folder, new EncoderOptions { Accelerator = setup.Accelerator }));
        if (model.Labels != 1)
        {
            model.Dispose();
            throw new ModelException(folder, $"has {model.Labels} labels, and BLEURT has one");
        }

        return new BleurtMetric(model);
    }

    /// <inheritdoc/>
    public double[] Score(string source, string reference, IReadOnlyList<string> candidates) =>
        [.. model.Score([.. candidates.Select(candidate => (reference, (string?)candidate))]).Select(labels => (double)labels[0])];

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();
}
