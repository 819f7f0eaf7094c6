using LLMBlender.Inference.Batching;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx.Encoders;
using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Inference.Encoder;

/// <summary>
/// An encoder with a classification head, such as a reward model, BLEURT, or a SummaReranker-style ranker: takes one text or a text pair,
/// returns a logit for each label. Thread-safe.
/// </summary>
public sealed class ClassifierModel : IDisposable
{
    private readonly RowRunner runner;

    private ClassifierModel(RowRunner runner) => this.runner = runner;

    /// <summary>The manifest of the model's folder.</summary>
    public ModelManifest Manifest => runner.Manifest;

    /// <summary>The number of labels.</summary>
    public int Labels => runner.Session.WidthOf(PooledGraph.Result);

    /// <summary>The model's tokenizer.</summary>
    internal Tokenizer Tokenizer => runner.Tokenizer;

    /// <summary>The maximum number of tokens in a row.</summary>
    public int MaxLength => runner.MaxLength;

    /// <summary>Loads a model folder.</summary>
    /// <exception cref="ModelException">The folder is not a valid classifier.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static ClassifierModel Load(string folder, EncoderOptions? options = null) =>
        new(RowRunner.Load(folder, options ?? new EncoderOptions(), ModelKind.Classifier, ModelKind.SummaReranker));

    /// <summary>The labels' logits of each row; other rows in the batch change only the last digits.</summary>
    /// <param name="rows">One text or two; the longer one is truncated first if they are too long.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    public float[][] Score(IReadOnlyList<(string First, string? Second)> rows, CancellationToken cancellationToken = default) =>
        Score([.. rows.Select(row => runner.Tokenizer.EncodeRow(row.First, row.Second, runner.MaxLength))], cancellationToken);

    /// <summary>The logits of each row's labels, for tokenised rows.</summary>
    /// <param name="rows">Rows of at most <see cref="MaxLength"/> tokens.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    public float[][] Score(IReadOnlyList<TokenRow> rows, CancellationToken cancellationToken = default)
    {
        var logits = new float[rows.Count][];
        runner.Run(
            [.. rows.Select(row => new EncoderRow(row))],
            PooledGraph.Result,
            (row, values) => logits[row] = values.ToArray(),
            completed: null,
            cancellationToken);
        return logits;
    }

    /// <summary>
    /// The features of each text alone: the last states that the labels' logits are linear in; other rows in the batch change only the last
    /// digits.
    /// </summary>
    /// <param name="texts">The texts; the ends of those that are too long are cut.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <exception cref="ModelException">The model was imported by a version whose graphs do not return them.</exception>
    public float[][] Features(IReadOnlyList<string> texts, CancellationToken cancellationToken = default) =>
        Features([.. texts.Select(text => runner.Tokenizer.EncodeRow(text, null, runner.MaxLength))], cancellationToken);

    /// <summary>The features of rows: what their labels' logits are linear in.</summary>
    /// <param name="rows">Rows of at most <see cref="MaxLength"/> tokens.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <exception cref="ModelException">The model was imported by a version whose graphs do not return them.</exception>
    public float[][] Features(IReadOnlyList<TokenRow> rows, CancellationToken cancellationToken = default)
    {
        if (!runner.Session.Gives(PooledGraph.Features))
        {
            throw new ModelException(Manifest.Id, "its graph returns no features: import its checkpoint again");
        }

        var vectors = new float[rows.Count][];
        runner.Run(
            [.. rows.Select(row => new EncoderRow(row))],
            PooledGraph.Features,
            (row, values) => vectors[row] = values.ToArray(),
            completed: null,
            cancellationToken);
        return vectors;
    }

    /// <summary>
    /// Computes before the first request: on the CPU one batch, on a GPU one of each shape that batches have; there it also measures the speed by
    /// size and chooses the size of batches, unless the options do.
    /// </summary>
    /// <param name="cancellationToken">Checked before each batch.</param>
    public WarmUpReport WarmUp(CancellationToken cancellationToken = default) => runner.WarmUp(PooledGraph.Result, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => runner.Dispose();
}
