namespace LLMBlender.Training.Data;

/// <summary>
/// Makes pairs whose better side is beyond doubt: a whole answer against a damaged copy, against the answer to another prompt,
/// or against nothing worth the name.
/// </summary>
internal sealed class MadeUpPairs
{
    private const int Controls = 3;
    private const int MostAttempts = 10_000;
    private const int ForeignWords = 20_000;
    private const int NearestOf = 4;

    // Some off-topic answers fit, and some cuts are not recognizable.
    private const float Certainty = 0.98f;
    private static readonly string[] Nothings = ["", "...", "?", "N/A", "ok", "-", "null", "I", "the", "yes", "Answer:", "Sure!"];
    private static readonly DamageKind[] Kinds = Enum.GetValues<DamageKind>();

    // Kinds that are harder to notice come more often.
    private static readonly DamageKind[] Drawn =
    [
        DamageKind.DroppedSpan, DamageKind.DroppedSpan, DamageKind.DroppedSpan,
        DamageKind.Truncated, DamageKind.Truncated, DamageKind.Truncated,
        DamageKind.ShuffledWords, DamageKind.ShuffledWords, DamageKind.ShuffledWords,
        DamageKind.RepeatedSpan, DamageKind.RepeatedSpan, DamageKind.SwappedSentences, DamageKind.SwappedSentences,
        DamageKind.ForeignWords, DamageKind.ForeignWords, DamageKind.GarbledCharacters,
    ];

    private readonly Passage[] passages;
    private readonly Passage[] answers;
    private readonly string[] foreign;
    private readonly Lexicon lexicon;

    /// <param name="passages">Whole answers.</param>
    /// <param name="lexicon">Tokenises them.</param>
    /// <param name="ownPrompts">
    /// Whether off-topic and empty pairs are made only where a prompt was given; else a text without one lends its first sentence.
    /// </param>
    /// <exception cref="DataException">There are too few passages.</exception>
    public MadeUpPairs(IEnumerable<Passage> passages, Lexicon lexicon, bool ownPrompts)
    {
        this.passages = [.. passages];
        answers = [.. this.passages.Where(passage => passage.Prompt is not null || !ownPrompts)];
        if (answers.Length < 2)
        {
            throw new DataException($"made-up pairs need at least 2 answers with prompts, or texts that may lend one; there are {answers.Length}");
        }

        this.lexicon = lexicon;
        var random = new Random(1);
        foreign = [.. Enumerable.Range(0, ForeignWords).Select(_ => RandomWord(random))];
    }

    /// <summary>The tags this class gives its pairs.</summary>
    public static IEnumerable<string> Tags => [.. Kinds.Select(Tag), OffTopic, Empty];

    public static string OffTopic => "off-topic";

    public static string Empty => "empty";

    public static string Tag(DamageKind kind) => $"damage-{kind}";

    /// <summary>A pair of a random kind: nearly half of them damaged, as many off-topic, the rest empty.</summary>
    /// <param name="candidateLimit">Tokens of a candidate's segment; damage is done where it can be seen.</param>
    /// <param name="random">Decides everything.</param>
    public TrainingPair Next(int candidateLimit, Random random)
    {
        double kind = random.NextDouble();
        return Next(kind < 0.46 ? Tag(Drawn[random.Next(Drawn.Length)]) : kind < 0.92 ? OffTopic : Empty, candidateLimit, random);
    }

    /// <summary>A pair of a kind drawn by <paramref name="shares"/>, or as <see cref="Next(int, Random)"/> draws where there are none.</summary>
    public TrainingPair Next(IReadOnlyDictionary<string, double>? shares, int candidateLimit, Random random)
    {
        if (shares is null)
        {
            return Next(candidateLimit, random);
        }

        return Next(DrawKind(shares, random), candidateLimit, random);
    }

    /// <summary>A prompt, its whole answer, and several bad answers to it, each of a kind drawn by <paramref name="shares"/>.</summary>
    /// <param name="shares">Share of each kind.</param>
    /// <param name="count">How many bad answers, as far as the text allows them.</param>
    /// <param name="candidateLimit">Tokens of an answer at most.</param>
    /// <param name="random">Decides everything.</param>
    /// <exception cref="DataException">The texts don't allow one.</exception>
    public (string Prompt, string Whole, IReadOnlyList<string> Bad) Group(
        IReadOnlyDictionary<string, double> shares, int count, int candidateLimit, Random random)
    {
        for (int attempt = 0; attempt < MostAttempts; attempt++)
        {
            Passage passage = answers[random.Next(answers.Length)];
            var (prompt, whole) = Cut(passage, candidateLimit, random);
            if (whole.Words.Length <= 3)
            {
                continue;
            }

            string[] bad = [.. Enumerable.Range(0, count).Select(_ => Bad(DrawKind(shares, random), passage, prompt, whole, candidateLimit, random)).OfType<string>()];
            if (bad.Length > 0)
            {
                return (prompt, whole.ToString(), bad);
            }
        }

        throw new DataException($"no group of {candidateLimit} tokens an answer came of {MostAttempts} tries: the texts are too short or too long");
    }

    private string? Bad(string tag, Passage passage, string prompt, WordText whole, int limit, Random random)
    {
        if (tag == Empty)
        {
            return Nothing(prompt, random);
        }

        if (tag != OffTopic)
        {
            return Damage.Apply(KindOf(tag), whole, foreign, random)?.ToString();
        }

        Passage other = random.Next(4) == 0 ? Nearest(prompt, random) : answers[random.Next(answers.Length)];
        var (_, offTopic) = Cut(other, limit, random);
        return other.Prompt != prompt && !ReferenceEquals(other, passage) && offTopic.Words.Length > 3 ? offTopic.ToString() : null;
    }

    private static DamageKind KindOf(string tag) => Enum.Parse<DamageKind>(tag.AsSpan("damage-".Length));

    private static string DrawKind(IReadOnlyDictionary<string, double> shares, Random random)
    {
        double left = random.NextDouble() * shares.Values.Sum();
        return shares.FirstOrDefault(share => (left -= share.Value) < 0).Key ?? shares.Keys.First();
    }

    /// <summary>A pair of the kind that <paramref name="tag"/> names.</summary>
    /// <exception cref="DataException">The texts don't allow one.</exception>
    public TrainingPair Next(string tag, int candidateLimit, Random random)
    {
        for (int attempt = 0; attempt < MostAttempts; attempt++)
        {
            TrainingPair? pair =
                tag == OffTopic ? MakeOffTopic(candidateLimit, random)
                : tag == Empty ? MakeEmpty(candidateLimit, random)
                : MakeDamaged(KindOf(tag), candidateLimit, random);
            if (pair is not null)
            {
                return pair;
            }
        }

        throw new DataException($"no pair {tag} of {candidateLimit} tokens a candidate came of {MostAttempts} tries: the texts are too short or too long");
    }

    private TrainingPair? MakeDamaged(DamageKind kind, int limit, Random random)
    {
        Passage passage = passages[random.Next(passages.Length)];
        if (kind == DamageKind.Truncated && passage.Prompt is not null && random.Next(3) == 0)
        {
            return MakeShort(passage.Prompt, WordText.Of(passage.Text), limit, random);
        }

        var (prompt, whole) = Cut(passage, limit, random);
        return Damage.Apply(kind, whole, foreign, random) is { } damaged ? Pair(Tag(kind), prompt, whole, damaged) : null;
    }

    // The whole answer may be longer than the limit: where both sides are cut, the shorter one is worse.
    private TrainingPair? MakeShort(string prompt, WordText whole, int limit, Random random)
    {
        int seen = 0;
        for (int tokens = 0; seen < whole.Words.Length && (tokens += lexicon.Count(whole.Words[seen])) <= limit - Controls; seen++)
        {
        }

        var visible = WordText.Of(whole.Words[..seen]);
        return Damage.Apply(DamageKind.Truncated, visible, foreign, random) is { } cut
            ? Pair(Tag(DamageKind.Truncated), prompt, whole, cut)
            : null;
    }

    private TrainingPair? MakeOffTopic(int limit, Random random)
    {
        Passage chosen = answers[random.Next(answers.Length)];
        var (prompt, whole) = Cut(chosen, limit, random);
        Passage other = random.Next(4) == 0 ? Nearest(prompt, random) : answers[random.Next(answers.Length)];
        var (_, offTopic) = Cut(other, limit, random);
        bool usable = other.Prompt != prompt && !ReferenceEquals(other, chosen) && whole.Words.Length > 3 && offTopic.Words.Length > 3;
        return usable ? Pair(OffTopic, prompt, whole, offTopic) : null;
    }

    // Of a few other answers the one that shares most words with the prompt: harder to tell from the right one.
    private Passage Nearest(string prompt, Random random)
    {
        HashSet<int> wanted = [.. lexicon.Encode(prompt)];
        return Enumerable.Range(0, NearestOf).Select(_ => answers[random.Next(answers.Length)])
            .MaxBy(passage => lexicon.Encode(passage.Text).Distinct().Count(wanted.Contains))!;
    }

    private TrainingPair? MakeEmpty(int limit, Random random)
    {
        var (prompt, whole) = Cut(answers[random.Next(answers.Length)], limit, random);
        return whole.Words.Length > 3 ? Pair(Empty, prompt, whole, WordText.Of(Nothing(prompt, random))) : null;
    }

    private string Nothing(string prompt, Random random)
    {
        string[] words = WordText.Of(prompt).Words;
        return random.Next(4) switch
        {
            0 => prompt,
            1 => string.Join(' ', words.Take(random.Next(1, 12))),
            2 => RandomWord(random),
            _ => Nothings[random.Next(Nothings.Length)],
        };
    }

    private TrainingPair Pair(string tag, string prompt, WordText better, WordText worse)
    {
        var (betterIds, betterSeams) = lexicon.Encode(better);
        var (worseIds, worseSeams) = lexicon.Encode(worse);
        return new TrainingPair
        {
            Tag = tag,
            Source = lexicon.Encode(prompt),
            Better = betterIds,
            Worse = worseIds,
            Certainty = Certainty,
            Seams = (betterSeams, worseSeams),
        };
    }

    // A text without a prompt lends its first sentence as one. The answer ends with a sentence and fits a budget.
    private (string Prompt, WordText Answer) Cut(Passage passage, int limit, Random random)
    {
        ReadOnlySpan<string> words = WordText.Of(passage.Text).Words;
        string? prompt = passage.Prompt;
        if (prompt is null)
        {
            int end = 1;
            while (end < words.Length && end < 60 && !Damage.EndsSentence(words[end - 1]))
            {
                end++;
            }

            prompt = string.Join(' ', words[..end]!);
            words = words[end..];
        }

        return (prompt, WordText.Of(words[..Fitting(words, Budget(limit, random))].ToArray()));
    }

    // Half of the answers are as long as the limit allows; the others are cut shorter, so that length alone says nothing.
    private static int Budget(int limit, Random random) =>
        random.Next(2) == 0 ? limit - Controls : random.Next(limit / 4, limit - Controls);

    private int Fitting(ReadOnlySpan<string> words, int budget)
    {
        int fitting = 0;
        for (int i = 0, tokens = 0; i < words.Length; i++)
        {
            tokens += lexicon.Count(words[i]);
            if (tokens > budget)
            {
                return fitting;
            }

            if (i == words.Length - 1 || Damage.EndsSentence(words[i]))
            {
                fitting = i + 1;
            }
        }

        return fitting;
    }

    private string RandomWord(Random random)
    {
        string[] words = WordText.Of(passages[random.Next(passages.Length)].Text).Words;
        return words.Length == 0 ? "the" : words[random.Next(words.Length)];
    }
}
