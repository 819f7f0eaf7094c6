using LLMBlender.Inference.Tokenization.Bytes;

namespace LLMBlender.Inference.Tokenization.Subwords;

/// <summary>
/// Byte-pair encoding (Sennrich et al. 2016) as in Hugging Face's Rust <c>tokenizers</c>: a word starts as its characters, and the adjacent
/// pair of lowest rank is merged first, the leftmost of several.
/// </summary>
/// <param name="merges">The rank and the merged id of each pair of adjacent ids.</param>
/// <param name="unknownId">The id of a character outside the vocabulary; null if it is ignored.</param>
internal sealed class BytePairs(IReadOnlyDictionary<(int Left, int Right), (int Rank, int Id)> merges, int? unknownId)
{
    /// <summary>Appends the ids of one pre-token; see <see cref="Segmentation"/>. O(n log n) in its length.</summary>
    public void Encode(Vocabulary vocabulary, ReadOnlySpan<byte> word, Workspace workspace, List<int> ids)
    {
        List<Symbol> symbols = workspace.Symbols;
        PriorityQueue<int, (int Rank, int Left)> queue = workspace.Merges;
        symbols.Clear();
        queue.Clear();
        Begin(vocabulary, word, symbols);
        for (int i = 0; i + 1 < symbols.Count; i++)
        {
            Offer(symbols, i, queue);
        }

        while (queue.TryDequeue(out int expected, out (int Rank, int Left) pair))
        {
            Merge(symbols, pair.Left, expected, queue);
        }

        foreach (Symbol symbol in symbols)
        {
            if (symbol.Id >= 0)
            {
                ids.Add(symbol.Id);
            }
        }
    }

    private void Begin(Vocabulary vocabulary, ReadOnlySpan<byte> word, List<Symbol> symbols)
    {
        while (!word.IsEmpty)
        {
            int width = Math.Min(Unigram.Width(word[0]), word.Length);
            int found = vocabulary.Trie.Find(word[..width]);
            int? id = found == ByteTrie.None ? unknownId : found;
            if (id is { } known)
            {
                symbols.Add(new Symbol(known, symbols.Count - 1, symbols.Count + 1));
            }

            word = word[width..];
        }
    }

    private void Offer(List<Symbol> symbols, int left, PriorityQueue<int, (int Rank, int Left)> queue)
    {
        int right = symbols[left].Next;
        if (right < symbols.Count && merges.TryGetValue((symbols[left].Id, symbols[right].Id), out (int Rank, int Id) merge))
        {
            queue.Enqueue(merge.Id, (merge.Rank, left));
        }
    }

    private void Merge(List<Symbol> symbols, int left, int expected, PriorityQueue<int, (int Rank, int Left)> queue)
    {
        Symbol symbol = symbols[left];

        // A queued pair may be outdated because one of its symbols has been merged.
        if (symbol.Id < 0
            || symbol.Next >= symbols.Count
            || !merges.TryGetValue((symbol.Id, symbols[symbol.Next].Id), out (int Rank, int Id) merge)
            || merge.Id != expected)
        {
            return;
        }

        int after = symbols[symbol.Next].Next;
        symbols[symbol.Next] = new Symbol(-1, 0, 0);
        symbols[left] = symbol with { Id = merge.Id, Next = after };
        if (after < symbols.Count)
        {
            symbols[after] = symbols[after] with { Previous = left };
            Offer(symbols, left, queue);
        }

        if (symbol.Previous >= 0)
        {
            Offer(symbols, symbol.Previous, queue);
        }
    }

    /// <summary>
    /// A symbol of the partially merged word, and its neighbours; the id is below 0 if it was merged into its left neighbour.
    /// </summary>
    internal readonly record struct Symbol(int Id, int Previous, int Next);
}
