using LLMBlender.Core.Evaluation;
using LLMBlender.Inference.Encoder;

namespace LLMBlender.Evaluation.Models;

/// <summary>
/// BERTScore over an encoder's layer, as the bert_score package feeds it: texts stripped, cut to the encoder's length, and with
/// a byte-level tokenizer a space before them.
/// </summary>
/// <param name="encoder">The encoder.</param>
/// <param name="layer">Whose states are compared.</param>
internal sealed class BertScorer(EncoderModel encoder, int layer)
{
    private readonly HashSet<int> special = [.. new[] { encoder.Tokenizer.ClsId, encoder.Tokenizer.SepId }.OfType<int>()];

    /// <summary>Weighs tokens by their rarity; null weighs them alike.</summary>
    public TokenRarity? Rarity { get; set; }

    /// <summary>The layer of bert_score's own choice for an encoder of this many layers; null where it knows none.</summary>
    public static int? UsualLayer(string origin, int layers) => (origin.Contains("RoBERTa", StringComparison.Ordinal), layers) switch
    {
        (false, 12) => 9,
        (false, 24) => 18,
        (true, 12) => 10,
        (true, 24) => 17,
        _ => null,
    };

    /// <summary>A text's ids as the encoder reads them.</summary>
    public int[] Encode(string text)
    {
        var stripped = text.Trim();
        return encoder.Tokenizer.EncodeTruncated(
            encoder.Tokenizer.IsByteLevel && stripped.Length > 0 ? " " + stripped : stripped, encoder.MaxLength);
    }

    /// <summary>The tokens of texts, as vectors and weights.</summary>
    public TokenVectors[] Read(IReadOnlyList<int[]> rows, CancellationToken cancellationToken = default)
    {
        var states = encoder.States(rows, layer, cancellationToken);
        return [.. rows.Select((ids, i) => new TokenVectors(states[i], [.. ids.Select(Weight)]))];
    }

    private double Weight(int id) => Rarity is not null ? Rarity[id] : special.Contains(id) ? 0 : 1;
}
