using LLMBlender.Core.Evaluation;
using LLMBlender.Inference.Encoder;
using LLMBlender.Inference.Likelihood;
using LLMBlender.Inference.Models;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Models;

/// <summary>
/// BARTScore (Yuan et al. 2021) as used by LLM-Blender: the mean log-likelihood of the reference's tokens given the candidate,
/// including special tokens. Each text is truncated to 1,024 tokens or the model's limit.
/// </summary>
internal sealed class BartScoreMetric(LikelihoodModel model) : IQualityMetric, IDisposable
{
    // BARTScorer's default.
    private const int MostTokens = 1024;

    /// <inheritdoc/>
    public string Name => "bartscore";

    /// <summary>Creates the metric from <c>MODEL</c>.</summary>
    /// <exception cref="UsageException">The argument is invalid.</exception>
    public static BartScoreMetric Make(string argument, EvaluationSetup setup)
    {
        var folder = ModelArgument.Read(argument, setup).Folder;
        return new BartScoreMetric(
            Loading.Guard(folder, () => LikelihoodModel.Load(folder, new EncoderOptions { Accelerator = setup.Accelerator })));
    }

    /// <inheritdoc/>
    public double[] Score(string source, string reference, IReadOnlyList<string> candidates)
    {
        var target = Encode(reference);
        return model.Score([.. candidates.Select(candidate => (Encode(candidate), target))]);
    }

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();

    private int[] Encode(string text) => model.Tokenizer.EncodeTruncated(BartScoreText.Of(text), Math.Min(MostTokens, model.MaxLength));
}
