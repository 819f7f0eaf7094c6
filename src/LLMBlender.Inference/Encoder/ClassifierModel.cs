using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx.Encoders;
using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Inference.Encoder;

/// <summary>
/// An encoder under a classifier's head, such as a reward model, BLEURT, or a ranker in SummaReranker's manner: a text, or two
/// read together, in; a number for each label out. Safe for concurrent use.
/// </summary>
public sealed class ClassifierModel : IDisposable
{
    private readonly RowRunner runner;

    private ClassifierModel(RowRunner runner) => this.runner = runner;

    /// <summary>What the model's folder says of it.</summary>
    public ModelManifest Manifest => runner.Manifest;

    /// <summary>Numbers that a row gets.</summary>
    public int Labels => runner.Session.WidthOf(PooledGraph.Result);

    /// <summary>Tokens of a row at most.</summary>
    public int MaxLength => runner.MaxLength;

    /// <summary>Loads a model folder.</summary>
    /// <exception cref="ModelException">The folder is not a sound classifier.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static ClassifierModel Load(string folder, EncoderOptions? options = null) =>
        new(RowRunner.Load(folder, options ?? new EncoderOptions(), ModelKind.Classifier, ModelKind.SummaReranker));

    /// <summary>The labels' logits of each row; neighbours change nothing beyond the last digits.</summary>
    /// <param name="rows">One text each, or two; the longer is cut first where they don't fit.</param>
    /// <param name="cancellationToken">Looked at before each batch.</param>
    public float[][] Score(IReadOnlyList<(string First, string? Second)> rows, CancellationToken cancellationToken = default) =>
        Score([.. rows.Select(row => runner.Tokenizer.EncodeRow(row.First, row.Second, runner.MaxLength))], cancellationToken);

    /// <summary>The labels' logits of each row, tokenised already.</summary>
    /// <param name="rows">Rows of at most <see cref="MaxLength"/> tokens.</param>
    /// <param name="cancellationToken">Looked at before each batch.</param>
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

    /// <inheritdoc/>
    public void Dispose() => runner.Dispose();
}
