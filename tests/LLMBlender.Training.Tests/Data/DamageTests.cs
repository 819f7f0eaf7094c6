using CsCheck;
using LLMBlender.Training.Data;

namespace LLMBlender.Training.Tests.Data;

public sealed class DamageTests
{
    private static readonly string[] Foreign = ["zebra", "quartz", "violin"];

    private static readonly Gen<string[]> Words =
        Gen.Select(Gen.Char['a', 'z'].Array[1, 8], Gen.Int[0, 6]).Select(
            (letters, mark) => new string(letters) + (mark == 0 ? "." : "")).Array[Damage.FewestWords, 60];

    private static readonly Gen<DamageKind> Kinds = Gen.Int[0, Enum.GetValues<DamageKind>().Length - 1].Select(i => (DamageKind)i);

    [Fact]
    public void Apply_SameSeed_GivesTheSameText() =>
        Gen.Select(Words, Kinds, Gen.Int).Sample((words, kind, seed) =>
        {
            WordText text = WordText.Of(words);
            string? first = Damage.Apply(kind, text, Foreign, new Random(seed))?.ToString();
            Assert.Equal(first, Damage.Apply(kind, text, Foreign, new Random(seed))?.ToString());
        });

    [Fact]
    public void Apply_AnyKind_LeavesTheGivenTextAlone() =>
        Gen.Select(Words, Kinds, Gen.Int).Sample((words, kind, seed) =>
        {
            string[] before = [.. words];
            Damage.Apply(kind, WordText.Of(words), Foreign, new Random(seed));
            Assert.Equal(before, words);
        });

    [Fact]
    public void Apply_AnyKind_ChangesTheTextAndMarksASeam() =>
        Gen.Select(Words, Kinds, Gen.Int).Sample((words, kind, seed) =>
        {
            if (Damage.Apply(kind, WordText.Of(words), Foreign, new Random(seed)) is { } damaged)
            {
                Assert.NotEqual(words, damaged.Words);
                Assert.Contains(true, damaged.Seams);
                Assert.Equal(damaged.Words.Length + 1, damaged.Seams.Length);
            }
        });

    [Fact]
    public void Apply_DroppedSpan_KeepsOrderAndEnds() =>
        Gen.Select(Gen.Int[Damage.FewestWords, 80], Gen.Int).Sample((count, seed) =>
        {
            WordText text = Numbered(count);
            WordText damaged = Damage.Apply(DamageKind.DroppedSpan, text, Foreign, new Random(seed))!;
            int[] numbers = [.. damaged.Words.Select(int.Parse)];
            Assert.Equal(numbers.Order(), numbers);
            Assert.Equal((0, count - 1), (numbers[0], numbers[^1]));
            Assert.InRange(count - numbers.Length, 3, Math.Max(3, count / 2));
            Assert.Single(damaged.Seams, seam => seam);
        });

    [Fact]
    public void Apply_ShuffledWords_KeepsTheWords() =>
        Gen.Select(Gen.Int[Damage.FewestWords, 80], Gen.Int).Sample((count, seed) =>
        {
            WordText? damaged = Damage.Apply(DamageKind.ShuffledWords, Numbered(count), Foreign, new Random(seed));
            Assert.True(damaged is null || damaged.Words.Select(int.Parse).Order().SequenceEqual(Enumerable.Range(0, count)));
        });

    [Fact]
    public void Apply_RepeatedSpan_OnlyAddsWords() =>
        Gen.Select(Gen.Int[Damage.FewestWords, 80], Gen.Int).Sample((count, seed) =>
        {
            WordText damaged = Damage.Apply(DamageKind.RepeatedSpan, Numbered(count), Foreign, new Random(seed))!;
            Assert.Equal(Enumerable.Range(0, count), damaged.Words.Select(int.Parse).Distinct());
            Assert.True(damaged.Words.Length > count);
        });

    [Fact]
    public void Apply_Truncated_StopsInsideASentence() =>
        Gen.Select(Words, Gen.Int).Sample((words, seed) =>
        {
            if (Damage.Apply(DamageKind.Truncated, WordText.Of(words), Foreign, new Random(seed)) is { } damaged)
            {
                Assert.Equal(words[..damaged.Words.Length], damaged.Words);
                Assert.False(Damage.EndsSentence(damaged.Words[^1]));
                Assert.True(damaged.Seams[^1]);
            }
        });

    [Fact]
    public void Apply_SwappedSentences_NeedsThreeSentences()
    {
        WordText two = WordText.Of("One two three four. Five six seven eight.");
        WordText three = WordText.Of("One two three. Four five six. Seven eight nine.");
        Assert.Null(Damage.Apply(DamageKind.SwappedSentences, two, Foreign, new Random(1)));
        WordText damaged = Enumerable.Range(0, 20)
            .Select(seed => Damage.Apply(DamageKind.SwappedSentences, three, Foreign, new Random(seed))).First(d => d is not null)!;
        Assert.Equal(three.Words.Order(), damaged.Words.Order());
        Assert.Contains("Four five six.", damaged.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_ChangedNumber_ChangesOneDigit()
    {
        WordText text = WordText.Of("The bridge opened in 1932 and is 503 metres long.".Split(' '));
        for (int seed = 0; seed < 50; seed++)
        {
            string damaged = Damage.Apply(DamageKind.ChangedNumber, text, Foreign, new Random(seed))!.ToString();
            Assert.Equal(text.ToString().Length, damaged.Length);
            Assert.Equal(1, text.ToString().Zip(damaged).Count(pair => pair.First != pair.Second));
        }

        Assert.Null(Damage.Apply(DamageKind.ChangedNumber, WordText.Of("No number stands in this text of nine words.".Split(' ')), Foreign, new Random(1)));
    }

    [Fact]
    public void Apply_TooShortAText_GivesNothing() =>
        Assert.All(Enum.GetValues<DamageKind>(), kind => Assert.Null(
            Damage.Apply(kind, WordText.Of("only five words in here"), Foreign, new Random(1))));

    [Theory]
    [InlineData("end.", true)]
    [InlineData("end.\"", true)]
    [InlineData("why?)", true)]
    [InlineData("list:", true)]
    [InlineData("word,", false)]
    [InlineData("", false)]
    public void EndsSentence_OfAWord_LooksBehindClosingMarks(string word, bool ends) => Assert.Equal(ends, Damage.EndsSentence(word));

    private static WordText Numbered(int count) => WordText.Of([.. Enumerable.Range(0, count).Select(i => $"{i}")]);
}
