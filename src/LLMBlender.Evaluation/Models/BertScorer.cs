using LLMBlender.Core.Evaluation;
using LLMBlender.Inference.Encoder;

namespace LLMBlender.Evaluation.Models;

/// <summary>
/// BERTScore over an encoder's layer, with the input of the bert_score package: texts are trimmed, truncated to the encoder's
/// length and, for a byte-level tokenizer, prefixed with a space.
/// </summary>
/// <param name="encoder">The encoder.</param>
/// <param name="layer">The layer whose hidden states are compared.</param>
internal sealed class BertScorer(EncoderModel encoder, int layer)
{
    private readonly HashSet<int> special = [.. new[] { encoder.Tokenizer.ClsId, encoder.Tokenizer.SepId }.OfType<int>()];

    /// <summary>The idf weights of tokens; null for equal weights.</summary>
    public TokenRarity? Rarity { get; set; }

    /// <summary>The layer that bert_score uses for an encoder with this number of layers; null if bert_score defines none.</summary>
    public static int? UsualLayer(string origin, int layers) => (origin.Contains("RoBERTa", StringComparison.Ordinal), layers) switch
    {
        (false, 12) => 9,
        (false, 24) => 18,
        (true, 12) => 10,
        (true, 24) => 17,
        _ => null,
    };

    /// <summary>Encodes a text as the encoder's input.</summary>
    public int[] Encode(string text)
    {
        var stripped = text.Trim();
        return encoder.Tokenizer.EncodeTruncated(
            encoder.Tokenizer.IsByteLevel && stripped.Length > 0 ? " " + stripped : stripped, encoder.MaxLength);
    }

    /// <summary>Computes the vectors and weights of the tokens of texts.</summary>
    public TokenVectors[] Read(IReadOnlyList<int[]> rows, CancellationToken cancellationToken = default)
    {
        var states = encoder.States(rows, layer, cancellationToken);
        return [.. rows.Select((ids, i) => new TokenVectors(states[i], [.. ids.Select(Weight)]))];
    }

    private double Weight(int id) => Rarity is not null ? Rarity[id] : special.Contains(id) ? 0 : 1;
}
