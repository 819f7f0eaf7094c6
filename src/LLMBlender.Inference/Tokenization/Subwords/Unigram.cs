using LLMBlender.Inference.Tokenization.Bytes;

namespace LLMBlender.Inference.Tokenization.Subwords;

/// <summary>
/// The segmentation of highest summed score (Kudo 2018, section 3.2), found by dynamic programming in
/// O(length × longest piece).
/// </summary>
/// <remarks>
/// Ties and unknown characters are handled as in Hugging Face's Rust <c>tokenizers</c>: a later path replaces an earlier one only if it is
/// strictly better, sums are in double, and adjacent unknown characters become one unknown token.
/// </remarks>
internal static class Unigram
{
    /// <summary>Appends the ids of one pre-token, valid UTF-8 and not empty.</summary>
    public static void Encode(Vocabulary vocabulary, ReadOnlySpan<byte> word, Workspace workspace, List<int> ids)
    {
        Span<Cell> cells = workspace.Cells(word.Length + 1);
        FillForward(vocabulary, word, cells);
        int first = ids.Count;
        ReadBackward(vocabulary, word, cells, ids);
        ids.Reverse(first, ids.Count - first);
    }

    private static void FillForward(Vocabulary vocabulary, ReadOnlySpan<byte> word, Span<Cell> cells)
    {
        cells.Fill(new Cell { From = -1 });
        ByteTrie trie = vocabulary.Trie;
        double[] scores = vocabulary.Scores;
        int width;
        for (int start = 0; start < word.Length; start += width)
        {
            width = Width(word[start]);
            double reached = cells[start].Score;
            bool covered = false;
            int node = ByteTrie.Root;
            for (int end = start; end < word.Length && trie.Step(ref node, word[end], out int id);)
            {
                end++;
                if (id != ByteTrie.None)
                {
                    cells[end].Offer(reached + scores[id], start, id);
                    covered |= end - start == width;
                }
            }

            if (!covered)
            {
                cells[start + width].Offer(reached + vocabulary.UnknownScore, start, vocabulary.UnknownId);
            }
        }
    }

    private static void ReadBackward(
        Vocabulary vocabulary, ReadOnlySpan<byte> word, ReadOnlySpan<Cell> cells, List<int> ids)
    {
        for (int end = word.Length; end > 0;)
        {
            Cell cell = cells[end];
            int start = cell.From;
            if (cell.Id != vocabulary.UnknownId)
            {
                ids.Add(cell.Id);
            }
            else
            {
                while (start > 0 && cells[start].Id == vocabulary.UnknownId)
                {
                    start = cells[start].From;
                }

                AddUnknown(vocabulary, word[start..end], ids);
            }

            end = start;
        }
    }

    // Backwards, as in its caller.
    private static void AddUnknown(Vocabulary vocabulary, ReadOnlySpan<byte> run, List<int> ids)
    {
        int known = vocabulary.Trie.Find(run);
        if (known != ByteTrie.None)
        {
            ids.Add(known);
        }
        else if (vocabulary.BytePieces is { } pieces && HasAll(pieces, run))
        {
            for (int i = run.Length - 1; i >= 0; i--)
            {
                ids.Add(pieces[run[i]]);
            }
        }
        else
        {
            ids.Add(vocabulary.UnknownId);
        }
    }

    private static bool HasAll(int[] pieces, ReadOnlySpan<byte> run)
    {
        foreach (byte b in run)
        {
            if (pieces[b] < 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The length in bytes of the UTF-8 character that starts with <paramref name="lead"/>.</summary>
    public static int Width(byte lead) => lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;

    /// <summary>The best path that ends at one byte of the word.</summary>
    internal struct Cell
    {
        public double Score;
        public int From;
        public int Id;

        public void Offer(double score, int from, int id)
        {
            if (From < 0 || score > Score)
            {
                Score = score;
                From = from;
                Id = id;
            }
        }
    }
}
