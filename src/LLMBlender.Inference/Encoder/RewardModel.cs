using LLMBlender.Inference.Batching;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Inference.Encoder;

/// <summary>
/// Scores one answer to a source with a sequence classifier: a reward model, a cross-encoder reranker or a SummaReranker. The difference
/// of two scores is the logit by which the first answer is better (Bradley and Terry's model). Thread-safe.
/// </summary>
public sealed class RewardModel : IDisposable
{
    private const int MaxLabels = 2;

    private readonly ClassifierModel model;
    private readonly string[] controlTexts;

    private RewardModel(ClassifierModel model)
    {
        this.model = model;
        controlTexts = [.. model.Tokenizer.AddedTokens.Where(token => token.Special && token.Content.Length > 0).Select(token => token.Content)];
    }

    /// <summary>The manifest of the model's folder.</summary>
    public ModelManifest Manifest => model.Manifest;

    /// <summary>The maximum number of tokens of source and answer together, control tokens included.</summary>
    public int MaxLength => model.MaxLength;

    /// <summary>
    /// The number of tokens that a source keeps at its end in a row that is too long; null if the longer text is truncated first.
    /// </summary>
    public int? SourceMaxLength => Manifest.SourceMaxLength;

    /// <summary>Loads a model folder.</summary>
    /// <exception cref="ModelException">The folder is not a valid classifier, or has more than two labels and is not a SummaReranker.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static RewardModel Load(string folder, EncoderOptions? options = null)
    {
        var model = ClassifierModel.Load(folder, options);
        if (model.Manifest.Kind == ModelKind.SummaReranker || model.Labels <= MaxLabels)
        {
            return new RewardModel(model);
        }

        var labels = model.Labels;
        model.Dispose();
        throw new ModelException(folder, $"has {labels} labels: a reward model has one, or two of which the second is good");
    }

    /// <summary>
    /// Encodes a source and an answer as one row; if both are too long, the source keeps its last <see cref="SourceMaxLength"/> tokens, or
    /// without that limit the longer text is truncated first. Texts are data: a literal control token such as <c>[SEP]</c> becomes a space.
    /// </summary>
    public TokenRow Encode(string source, string answer) => model.Tokenizer.EncodeRow(Plain(source), Plain(answer), MaxLength, SourceMaxLength);

    /// <summary>Scores rows.</summary>
    /// <param name="rows">Rows that <see cref="Encode"/> returned.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <returns>The score of each row; higher is better. Other rows of the batch change only the last digits.</returns>
    public float[] Score(IReadOnlyList<TokenRow> rows, CancellationToken cancellationToken = default) =>
        Array.ConvertAll(model.Score(rows, cancellationToken), labels => (float)ScoreOf(Manifest.Kind, labels));

    /// <summary>The features of rows, in which the score is linear up to a constant.</summary>
    /// <param name="rows">Rows that <see cref="Encode"/> returned.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <exception cref="ModelException">The model was imported by a version whose graphs do not return them.</exception>
    public float[][] Features(IReadOnlyList<TokenRow> rows, CancellationToken cancellationToken = default) => model.Features(rows, cancellationToken);

    /// <summary>The score of an answer: the logit of the one label, the difference of two, or a SummaReranker's mean probability.</summary>
    /// <param name="kind">The model's kind; see <see cref="ModelKind"/>.</param>
    /// <param name="labels">The labels' logits.</param>
    public static double ScoreOf(string kind, IReadOnlyList<float> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);

        // SummaReranker averages the probabilities of its tasks.
        return kind == ModelKind.SummaReranker ? labels.Average(logit => 1 / (1 + Math.Exp(-(double)logit)))
            : labels.Count == 1 ? labels[0]
            : (double)labels[1] - labels[0];
    }

    /// <inheritdoc cref="ClassifierModel.WarmUp"/>
    public WarmUpReport WarmUp(CancellationToken cancellationToken = default) => model.WarmUp(cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();

    private string Plain(string text)
    {
        foreach (var control in controlTexts)
        {
            text = text.Replace(control, " ", StringComparison.Ordinal);
        }

        return text;
    }
}
