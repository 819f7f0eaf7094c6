namespace LLMBlender.Training.Data;

/// <summary>Damages texts. Pure: the same text, kind and random state give the same result.</summary>
internal static class Damage
{
    /// <summary>The fewest words a text must have to be damaged.</summary>
    public const int FewestWords = 8;

    private const string Letters = "abcdefghijklmnopqrstuvwxyz#@%&";

    /// <summary>A damaged copy of <paramref name="text"/>, or null when this damage can't be done to it.</summary>
    /// <param name="kind">What to do.</param>
    /// <param name="text">An undamaged text.</param>
    /// <param name="foreign">Words of other texts, for <see cref="DamageKind.ForeignWords"/>.</param>
    /// <param name="random">Decides where and how much.</param>
    public static WordText? Apply(DamageKind kind, WordText text, IReadOnlyList<string> foreign, Random random)
    {
        if (text.Words.Length < FewestWords)
        {
            return null;
        }

        WordText? damaged = kind switch
        {
            DamageKind.DroppedSpan => DropSpan(text.Words, random),
            DamageKind.RepeatedSpan => RepeatSpan(text.Words, random),
            DamageKind.ShuffledWords => ShuffleWords(text.Words, random),
            DamageKind.Truncated => Truncate(text.Words, random),
            DamageKind.SwappedSentences => SwapSentences(text.Words, random),
            DamageKind.GarbledCharacters => GarbleCharacters(text.Words, random),
            DamageKind.Halved => Halve(text.Words),
            DamageKind.WordSalad => Order(text.Words, Shuffled(text.Words.Length, random)),
            DamageKind.ForeignWords => ReplaceWords(text.Words, foreign, random),
            DamageKind.ChangedNumber => ChangeNumber(text.Words, random),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "is not a kind of damage"),
        };
        return damaged is null || damaged.Words.AsSpan().SequenceEqual(text.Words) ? null : damaged;
    }

    // Between a sixth and a half of the words, from inside, so that first and last word stay.
    private static WordText DropSpan(string[] words, Random random)
    {
        int count = Math.Max(3, random.Next(words.Length / 6, words.Length / 2 + 1));
        int start = random.Next(1, words.Length - count);
        return Order(words, [.. Range(0, start), .. Range(start + count, words.Length)]);
    }

    private static WordText RepeatSpan(string[] words, Random random)
    {
        int count = random.Next(2, Math.Min(words.Length, 16));
        int end = random.Next(count, words.Length + 1);
        var order = new List<int>(Range(0, end));
        for (int times = random.Next(1, 5); times > 0; times--)
        {
            order.AddRange(Range(end - count, end));
        }

        order.AddRange(Range(end, words.Length));
        return Order(words, order);
    }

    // At least eight words; half of the time all of them.
    private static WordText ShuffleWords(string[] words, Random random)
    {
        int count = random.Next(2) == 0 ? words.Length : random.Next(FewestWords, words.Length + 1);
        int start = random.Next(0, words.Length - count + 1);
        int[] order = [.. Range(0, words.Length)];
        random.Shuffle(order.AsSpan(start, count));
        return Order(words, order);
    }

    private static WordText? Truncate(string[] words, Random random)
    {
        int keep = random.Next(Math.Max(3, words.Length / 5), words.Length);
        while (keep > 0 && EndsSentence(words[keep - 1]))
        {
            keep--;
        }

        if (keep < 3)
        {
            return null;
        }

        var damaged = WordText.Of(words[..keep]);
        damaged.Seams[keep] = true;
        return damaged;
    }

    private static WordText Halve(string[] words)
    {
        var damaged = WordText.Of(words[..(words.Length / 2)]);
        damaged.Seams[^1] = true;
        return damaged;
    }

    private static int[] Shuffled(int count, Random random)
    {
        int[] order = [.. Range(0, count)];
        random.Shuffle(order);
        return order;
    }

    private static WordText? SwapSentences(string[] words, Random random)
    {
        var sentences = new List<int[]>();
        int start = 0;
        for (int i = 0; i < words.Length; i++)
        {
            if (i == words.Length - 1 || EndsSentence(words[i]))
            {
                sentences.Add([.. Range(start, i + 1)]);
                start = i + 1;
            }
        }

        if (sentences.Count < 3)
        {
            return null;
        }

        int[][] order = [.. sentences];
        random.Shuffle(order);
        return Order(words, [.. order.SelectMany(sentence => sentence)]);
    }

    private static WordText GarbleCharacters(string[] words, Random random)
    {
        double share = 0.1 + random.NextDouble() * 0.5;
        var damaged = WordText.Of([.. words]);
        for (int i = 0; i < words.Length; i++)
        {
            if (random.NextDouble() < share)
            {
                damaged.Words[i] = Garble(words[i], random);
                damaged.Seams[i] = true;
            }
        }

        return damaged;
    }

    private static string Garble(string word, Random random)
    {
        char[] characters = word.ToCharArray();
        for (int times = 1 + random.Next(1 + characters.Length / 3); times > 0; times--)
        {
            characters[random.Next(characters.Length)] = Letters[random.Next(Letters.Length)];
        }

        return new string(characters);
    }

    private static WordText? ReplaceWords(string[] words, IReadOnlyList<string> foreign, Random random)
    {
        if (foreign.Count == 0)
        {
            return null;
        }

        double share = 0.1 + random.NextDouble() * 0.3;
        var damaged = WordText.Of([.. words]);
        for (int i = 0; i < words.Length; i++)
        {
            if (random.NextDouble() < share)
            {
                damaged.Words[i] = foreign[random.Next(foreign.Count)];
                damaged.Seams[i] = true;
            }
        }

        return damaged;
    }

    // One digit changes, so that the number keeps its length.
    private static WordText? ChangeNumber(string[] words, Random random)
    {
        int[] numbers = [.. Range(0, words.Length).Where(i => words[i].Any(char.IsAsciiDigit))];
        if (numbers.Length == 0)
        {
            return null;
        }

        var damaged = WordText.Of([.. words]);
        int at = numbers[random.Next(numbers.Length)];
        char[] characters = words[at].ToCharArray();
        int[] digits = [.. Range(0, characters.Length).Where(i => char.IsAsciiDigit(characters[i]))];
        int digit = digits[random.Next(digits.Length)];
        characters[digit] = (char)('0' + (characters[digit] - '0' + random.Next(1, 10)) % 10);
        damaged.Words[at] = new string(characters);
        damaged.Seams[at] = true;
        return damaged;
    }

    private static WordText Order(string[] words, IReadOnlyList<int> order)
    {
        var damaged = WordText.Of([.. order.Select(i => words[i])]);
        for (int i = 0; i < order.Count; i++)
        {
            damaged.Seams[i] = order[i] != (i == 0 ? 0 : order[i - 1] + 1);
        }

        damaged.Seams[order.Count] = order[^1] != words.Length - 1;
        return damaged;
    }

    /// <summary>Whether a word ends with a sentence's last mark, closing quotes and brackets aside.</summary>
    public static bool EndsSentence(string word)
    {
        ReadOnlySpan<char> bare = word.AsSpan().TrimEnd("\"')]*”’");
        return bare.Length > 0 && bare[^1] is '.' or '!' or '?' or ':';
    }

    private static IEnumerable<int> Range(int start, int end) => Enumerable.Range(start, end - start);
}
