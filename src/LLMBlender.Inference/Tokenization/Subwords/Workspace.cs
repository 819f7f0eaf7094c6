using LLMBlender.Inference.Tokenization.Bytes;

namespace LLMBlender.Inference.Tokenization.Subwords;

/// <summary>
/// The buffers of one running encode operation of one tokenizer; reused, so that encoding allocates nothing after warm-up.
/// </summary>
internal sealed class Workspace
{
    private readonly List<ByteBuffer> words = [];
    private Unigram.Cell[] cells = new Unigram.Cell[256];
    private char[] chars = new char[256];

    /// <summary>The text as UTF-8.</summary>
    public ByteBuffer Raw { get; } = new();

    /// <summary>The output of the normalizers, alternating with the other buffer.</summary>
    public ByteBuffer Even { get; } = new();

    /// <summary>The output of the normalizers, alternating with the other buffer.</summary>
    public ByteBuffer Odd { get; } = new();

    /// <summary>The recently encoded words.</summary>
    public WordCache Cache { get; } = new();

    /// <summary>A word's symbols while byte pairs are merged.</summary>
    public List<BytePairs.Symbol> Symbols { get; } = [];

    /// <summary>The possible merges, by rank and position; the element is the merged id.</summary>
    public PriorityQueue<int, (int Rank, int Left)> Merges { get; } = new();

    /// <summary>At least <paramref name="count"/> cells, not cleared.</summary>
    public Span<Unigram.Cell> Cells(int count)
    {
        if (cells.Length < count)
        {
            cells = new Unigram.Cell[Math.Max(count, 2 * cells.Length)];
        }

        return cells.AsSpan(0, count);
    }

    /// <summary>At least <paramref name="count"/> characters, not cleared.</summary>
    public Span<char> Chars(int count)
    {
        if (chars.Length < count)
        {
            chars = new char[Math.Max(count, 2 * chars.Length)];
        }

        return chars.AsSpan(0, count);
    }

    /// <summary>The buffer of the pre-tokenizer step <paramref name="step"/>.</summary>
    public ByteBuffer Words(int step)
    {
        while (words.Count <= step)
        {
            words.Add(new ByteBuffer());
        }

        return words[step];
    }
}
