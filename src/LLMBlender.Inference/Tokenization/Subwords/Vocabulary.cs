using System.Text;
using LLMBlender.Inference.Tokenization.Bytes;

namespace LLMBlender.Inference.Tokenization.Subwords;

/// <summary>
/// The pieces of a Unigram model in id order: UTF-8 text, score (a log probability), and the trie over them.
/// </summary>
internal sealed class Vocabulary
{
    private readonly byte[] text;
    private readonly int[] starts;

    public Vocabulary(Builder builder, int unknownId, bool byteFallback)
    {
        text = builder.Text.Span.ToArray();
        starts = [.. builder.Starts, text.Length];
        Scores = [.. builder.Scores];
        UnknownId = unknownId;
        Trie = ByteTrie.Build(text, starts);
        UnknownScore = Scores.Min() - 10;
        BytePieces = byteFallback ? FindBytePieces() : null;
    }

    public int Count => Scores.Length;

    public double[] Scores { get; }

    public ByteTrie Trie { get; }

    /// <summary>The id for text that no piece matches; <see cref="ByteTrie.None"/> if no piece is intended for it.</summary>
    public int UnknownId { get; }

    /// <summary>The score of one unknown character: ten below the lowest score.</summary>
    public double UnknownScore { get; }

    /// <summary>With byte fallback, the id of <c>&lt;0xNN&gt;</c> by byte, or -1 if there is none.</summary>
    public int[]? BytePieces { get; }

    public ReadOnlySpan<byte> Piece(int id) => text.AsSpan(starts[id]..starts[id + 1]);

    private int[] FindBytePieces()
    {
        var ids = new int[256];
        Span<byte> name = stackalloc byte[6];
        for (int b = 0; b < ids.Length; b++)
        {
            Encoding.ASCII.GetBytes($"<0x{b:X2}>", name);
            ids[b] = Trie.Find(name);
        }

        return ids;
    }

    /// <summary>Collects pieces in id order.</summary>
    public sealed class Builder
    {
        public ByteBuffer Text { get; } = new();

        public List<int> Starts { get; } = [];

        public List<double> Scores { get; } = [];

        public void Add(ReadOnlySpan<byte> piece, double score)
        {
            Starts.Add(Text.Length);
            Text.Append(piece);
            Scores.Add(score);
        }
    }
}
