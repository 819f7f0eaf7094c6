using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx.Encoders;

namespace LLMBlender.Inference.Encoder;

/// <summary>An encoder that stands for a text by its first token's last state, as SimCLS does. Safe for concurrent use.</summary>
public sealed class EmbeddingModel : IDisposable
{
    private readonly RowRunner runner;

    private EmbeddingModel(RowRunner runner) => this.runner = runner;

    /// <summary>What the model's folder says of it.</summary>
    public ModelManifest Manifest => runner.Manifest;

    /// <summary>Loads a model folder.</summary>
    /// <exception cref="ModelException">The folder is not a sound model of this kind.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static EmbeddingModel Load(string folder, EncoderOptions? options = null) =>
        new(RowRunner.Load(folder, options ?? new EncoderOptions(), ModelKind.SimCls));

    /// <summary>Each text's vector, not normalised; neighbours change nothing beyond the last digits.</summary>
    /// <param name="texts">Texts; cut at their ends where they don't fit.</param>
    /// <param name="cancellationToken">Looked at before each batch.</param>
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
