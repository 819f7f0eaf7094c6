using System.Text;
using LLMBlender.Inference.Tokenization.Bytes;

namespace LLMBlender.Inference.Tokenization.Subwords;

/// <summary>
/// BERT's segmentation: from the left, the longest matching piece; all but a word's first piece have a prefix in the vocabulary. A word
/// without such a segmentation, or with too many characters, is one unknown token.
/// </summary>
internal sealed class WordPieces(string prefix, int longestWord)
{
    private readonly byte[] prefix = Encoding.UTF8.GetBytes(prefix);

    /// <summary>Appends the ids of one pre-token; see <see cref="Segmentation"/>.</summary>
    public void Encode(Vocabulary vocabulary, ReadOnlySpan<byte> word, Workspace workspace, List<int> ids)
    {
        int first = ids.Count;
        int start = CountCharacters(word) > longestWord ? -1 : 0;
        while (start >= 0 && start < word.Length)
        {
            int length = Longest(vocabulary.Trie, word[start..], start > 0, out int id);
            ids.Add(id);
            start = length == 0 ? -1 : start + length;
        }

        if (start < 0)
        {
            ids.RemoveRange(first, ids.Count - first);
            ids.Add(vocabulary.UnknownId);
        }
    }

    private int Longest(ByteTrie trie, ReadOnlySpan<byte> rest, bool isContinued, out int id)
    {
        id = ByteTrie.None;
        int node = ByteTrie.Root;
        foreach (byte b in isContinued ? prefix : [])
        {
            if (!trie.Step(ref node, b, out _))
            {
                return 0;
            }
        }

        int length = 0;
        for (int i = 0; i < rest.Length && trie.Step(ref node, rest[i], out int found); i++)
        {
            if (found != ByteTrie.None)
            {
                (length, id) = (i + 1, found);
            }
        }

        return length;
    }

    private static int CountCharacters(ReadOnlySpan<byte> word)
    {
        int count = 0;
        foreach (byte b in word)
        {
            count += (b & 0xC0) == 0x80 ? 0 : 1;
        }

        return count;
    }
}
