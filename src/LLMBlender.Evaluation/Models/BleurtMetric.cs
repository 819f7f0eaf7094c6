using LLMBlender.Core.Evaluation;
using LLMBlender.Inference;
using LLMBlender.Inference.Encoder;
using LLMBlender.Inference.Models;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Models;

/// <summary>
/// BLEURT (Sellam et al. 2020): a classifier of one label that reads reference and candidate together, in this order.
/// Checkpoints: Hugging Face conversions laid out as BertForSequenceClassification, such as Elron/bleurt-base-512, or with the
/// same tensors under <c>bleurt.</c>
/// </summary>
internal sealed class BleurtMetric(ClassifierModel model) : IQualityMetric, IDisposable
{
    /// <inheritdoc/>
    public string Name => "bleurt";

    /// <summary>Makes it of <c>MODEL</c>.</summary>
    /// <exception cref="UsageException">The argument breaks a rule.</exception>
    /// <exception cref="ModelException">The model has other than one label.</exception>
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
