using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx.Encoders;
using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Inference.Encoder;

/// <summary>
/// A masked language model that scores whole texts (Salazar et al. 2020): each token is masked in turn, and its log-probability given all
/// others is summed. A text of n tokens costs n rows. Thread-safe.
/// </summary>
public sealed class MaskedLanguageModel : IDisposable
{
    private readonly RowRunner runner;
    private readonly int mask;

    private MaskedLanguageModel(RowRunner runner, int mask) => (this.runner, this.mask) = (runner, mask);

    /// <summary>The manifest of the model's folder.</summary>
    public ModelManifest Manifest => runner.Manifest;

    /// <summary>Loads a model folder.</summary>
    /// <exception cref="ModelException">The folder is not a valid masked language model.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static MaskedLanguageModel Load(string folder, EncoderOptions? options = null)
    {
        var runner = RowRunner.Load(folder, options ?? new EncoderOptions(), ModelKind.MlmScorer);
        if (runner.Tokenizer.MaskId is { } mask)
        {
            return new MaskedLanguageModel(runner, mask);
        }

        runner.Dispose();
        throw new ModelException(folder, "the tokenizer has no mask token, and masking needs one");
    }

    /// <summary>Each text's pseudo-log-likelihood, the sum over its tokens; 0 for a text without tokens.</summary>
    /// <param name="texts">The texts; truncated at their ends if they are too long.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    public PseudoLikelihood[] Score(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        var (rows, owners) = (new List<EncoderRow>(), new List<int>());
        var scores = new PseudoLikelihood[texts.Count];
        for (var i = 0; i < texts.Count; i++)
        {
            var row = runner.Tokenizer.EncodeRow(texts[i], null, runner.MaxLength);
            foreach (var position in runner.Tokenizer.BodyOf(row))
            {
                rows.Add(Masked(row, position));
                owners.Add(i);
            }
        }

        // Summed in row order, so that the result does not depend on batching.
        var values = new double[rows.Count];
        runner.Run(rows, PooledGraph.Result, (row, value) => values[row] = value[0], completed: null, cancellationToken);
        for (var row = 0; row < rows.Count; row++)
        {
            var (sum, tokens) = scores[owners[row]];
            scores[owners[row]] = new PseudoLikelihood(sum + values[row], tokens + 1);
        }

        return scores;
    }

    /// <inheritdoc/>
    public void Dispose() => runner.Dispose();

    private EncoderRow Masked(TokenRow row, int position)
    {
        int[] ids = [.. row.Ids];
        ids[position] = mask;
        return new EncoderRow(row with { Ids = ids }, position, row.Ids[position]);
    }
}
