using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx.Encoders;

namespace LLMBlender.Inference.Encoder;

/// <summary>An encoder that embeds a text as its first token's last hidden state, as in SimCLS. Thread-safe.</summary>
public sealed class EmbeddingModel : IDisposable
{
    private readonly RowRunner runner;

    private EmbeddingModel(RowRunner runner) => this.runner = runner;

    /// <summary>The manifest of the model's folder.</summary>
    public ModelManifest Manifest => runner.Manifest;

    /// <summary>Loads a model folder.</summary>
    /// <exception cref="ModelException">The folder is not a valid model of this kind.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static EmbeddingModel Load(string folder, EncoderOptions? options = null) =>
        new(RowRunner.Load(folder, options ?? new EncoderOptions(), ModelKind.SimCls));

    /// <summary>The embedding of each text, not normalised; other rows in the batch change only the last digits.</summary>
    /// <param name="texts">The texts; truncated at their ends if they are too long.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    public float[][] Embed(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        var vectors = new float[texts.Count][];
        runner.Run(
            [.. texts.Select(text => new EncoderRow(runner.Tokenizer.EncodeRow(text, null, runner.MaxLength)))],
            PooledGraph.Result,
            (row, values) => vectors[row] = values.ToArray(),
            completed: null,
            cancellationToken);
        return vectors;
    }

    /// <inheritdoc/>
    public void Dispose() => runner.Dispose();
}
