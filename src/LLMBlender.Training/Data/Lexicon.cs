using System.Collections.Concurrent;

namespace LLMBlender.Training.Data;

/// <summary>
/// Tokenises texts word by word and remembers the words. A Unigram vocabulary never joins characters across whitespace, so the ids are
/// those of the whole text.
/// </summary>
internal sealed class Lexicon(Func<string, int[]> encodeWord)
{
    private const int MostWords = 2_000_000;
    private readonly ConcurrentDictionary<string, int[]> words = new(StringComparer.Ordinal);

    /// <summary>Ids of a text, without control tokens.</summary>
    public int[] Encode(string text)
    {
        var ids = new List<int>(text.Length / 3);
        foreach (string word in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            ids.AddRange(Word(word));
        }

        return [.. ids];
    }

    /// <summary>Ids of a text and, for each id and for the end, whether a seam lies there: a word's seam is on its first token.</summary>
    public (int[] Ids, bool[] Seams) Encode(WordText text)
    {
        var ids = new List<int>(text.Words.Length * 2);
        var seams = new List<bool>(text.Words.Length * 2);
        for (int i = 0; i < text.Words.Length; i++)
        {
            int start = ids.Count;
            ids.AddRange(Word(text.Words[i]));
            for (int j = start; j < ids.Count; j++)
            {
                seams.Add(j == start && text.Seams[i]);
            }
        }

        seams.Add(text.Seams[^1]);
        return ([.. ids], [.. seams]);
    }

    /// <summary>Number of tokens of one word.</summary>
    public int Count(string word) => Word(word).Length;

    private int[] Word(string word)
    {
        if (!words.TryGetValue(word, out int[]? ids))
        {
            ids = encodeWord(word);
            if (words.Count < MostWords)
            {
                words[word] = ids;
            }
        }

        return ids;
    }
}
