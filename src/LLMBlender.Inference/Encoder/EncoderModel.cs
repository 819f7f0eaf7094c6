using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.Onnx.Encoders;
using LLMBlender.Inference.Sessions;
using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Inference.Encoder;

/// <summary>An imported encoder: token ids in, hidden states out. Thread-safe.</summary>
public sealed class EncoderModel : IDisposable
{
    private readonly RowRunner runner;

    private EncoderModel(RowRunner runner, int layers) => (this.runner, Layers) = (runner, layers);

    /// <summary>The manifest of the model's folder.</summary>
    public ModelManifest Manifest => runner.Manifest;

    /// <summary>The model's tokenizer.</summary>
    public Tokenizer Tokenizer => runner.Tokenizer;

    /// <summary>The number of layers, excluding the embedding.</summary>
    public int Layers { get; }

    /// <summary>The maximum number of tokens in a row.</summary>
    public int MaxLength => runner.MaxLength;

    /// <summary>Loads a model folder.</summary>
    /// <exception cref="ModelException">The folder is not a valid encoder.</exception>
    public static EncoderModel Load(string folder, Accelerator accelerator) =>
        Load(folder, new EncoderOptions { Accelerator = accelerator });

    /// <inheritdoc cref="Load(string, Accelerator)"/>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static EncoderModel Load(string folder, EncoderOptions? options = null)
    {
        var runner = RowRunner.Load(folder, options ?? new EncoderOptions(), ModelKind.Encoder);
        var layers = 0;
        while (runner.Session.Gives(EncoderGraph.StatesOf(layers + 1)))
        {
            layers++;
        }

        return new EncoderModel(runner, layers);
    }

    /// <summary>The last layer's hidden states of a batch; if the model has token types, all are 0.</summary>
    /// <param name="ids">Token ids, [batch, length], row-major.</param>
    /// <param name="mask">1 for tokens and 0 for padding, of the same shape.</param>
    /// <param name="length">The length of a row.</param>
    /// <returns>[batch, length, hidden], row-major; masked rows are undefined.</returns>
    /// <exception cref="ArgumentException">The shapes are inconsistent.</exception>
    public float[] Encode(int[] ids, int[] mask, int length)
    {
        if (length < 1 || ids.Length % length != 0 || ids.Length != mask.Length)
        {
            throw new ArgumentException(
                $"{ids.Length} ids and {mask.Length} mask values don't make rows of {length}: both must be a multiple of it", nameof(ids));
        }

        using var inputs = new InputSet(runner.Session, [ids.Length / length, length]);
        inputs.Add("input_ids", ids);
        inputs.Add("attention_mask", mask);
        inputs.Add(IEncoderLayers.Types, new int[ids.Length]);
        using var outputs = inputs.Run(EncoderGraph.States);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    /// <summary>A layer's hidden states of each row, [tokens, hidden]; other rows in the batch change only the last digits.</summary>
    /// <param name="rows">Token ids of each, special tokens included, at most <see cref="MaxLength"/>.</param>
    /// <param name="layer">0 for the embedding, 1 for the first layer, and so on.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such layer.</exception>
    public float[][] States(IReadOnlyList<int[]> rows, int layer, CancellationToken cancellationToken = default)
    {
        if (layer < 0 || layer > Layers)
        {
            throw new ArgumentOutOfRangeException(nameof(layer), layer, $"must be from 0 to {Layers}, the model's layers");
        }

        var states = new float[rows.Count][];
        var hidden = runner.Session.WidthOf(EncoderGraph.StatesOf(layer));
        runner.Run(
            [.. rows.Select(ids => new EncoderRow(new TokenRow(ids, new int[ids.Length])))],
            EncoderGraph.StatesOf(layer),
            (row, values) => states[row] = values[..(rows[row].Length * hidden)].ToArray(),
            completed: null,
            cancellationToken);
        return states;
    }

    /// <inheritdoc/>
    public void Dispose() => runner.Dispose();
}
