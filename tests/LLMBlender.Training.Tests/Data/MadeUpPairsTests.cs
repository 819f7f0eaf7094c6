using LLMBlender.Training.Data;

namespace LLMBlender.Training.Tests.Data;

public sealed class MadeUpPairsTests
{
    private static readonly Dictionary<int, string> Words = [];
    private static readonly MadeUpPairs Pairs = new(
        Enumerable.Range(0, 30).Select(i => new Passage(
            i % 2 == 0 ? $"what is topic{i}" : null,
            $"Topic{i} is one thing. It has part{i} and more{i} in it. Nobody knows why it is there.")),
        new Lexicon(word => [Id(word)]),
        ownPrompts: true);

    public static TheoryData<string> Tags => [.. MadeUpPairs.Tags];

    [Theory]
    [MemberData(nameof(Tags))]
    public void Next_OfATag_IsDeterministicAndFits(string tag)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            TrainingPair pair = Pairs.Next(tag, 64, new Random(seed));
            TrainingPair again = Pairs.Next(tag, 64, new Random(seed));
            Assert.Equal(tag, pair.Tag);
            Assert.Equal(Text(pair.Better) + "|" + Text(pair.Worse), Text(again.Better) + "|" + Text(again.Worse));
            Assert.NotEqual(Text(pair.Better), Text(pair.Worse));
            Assert.InRange(pair.Better.Length, 4, 61);
            Assert.All(pair.Seams!.Value.Better, Assert.False);
        }
    }

    [Fact]
    public void Next_OffTopic_PutsAnotherPromptsAnswerSecond()
    {
        TrainingPair pair = Pairs.Next(MadeUpPairs.OffTopic, 64, new Random(4));
        string number = Text(pair.Source)["what is topic".Length..];
        Assert.StartsWith($"Topic{number} ", Text(pair.Better), StringComparison.Ordinal);
        Assert.DoesNotContain($"Topic{number} ", Text(pair.Worse), StringComparison.Ordinal);
    }

    [Fact]
    public void Next_TruncatedOfALongAnswer_CutsWhereItCanBeSeen()
    {
        string text = string.Join(' ', Enumerable.Range(0, 200).Select(i => $"word{i}")) + ".";
        var pairs = new MadeUpPairs([new Passage("a b", text), new Passage("c d", text)], new Lexicon(word => [Id(word)]), ownPrompts: true);
        string tag = MadeUpPairs.Tag(DamageKind.Truncated);
        for (int seed = 0; seed < 10; seed++)
        {
            TrainingPair pair = pairs.Next(tag, 64, new Random(seed));
            Assert.Equal(200, pair.Better.Length);
            Assert.InRange(pair.Worse.Length, 3, 61);
            Assert.InRange(pair.Certainty, 0.9f, 0.999f);
        }
    }

    [Fact]
    public void New_WithoutPrompts_SaysWhatIsMissing()
    {
        var error = Assert.Throws<DataException>(() => new MadeUpPairs([new Passage(null, "a b c.")], new Lexicon(_ => [4]), ownPrompts: true));
        Assert.Contains("at least 2 answers with prompts", error.Message, StringComparison.Ordinal);
    }

    private static int Id(string word)
    {
        lock (Words)
        {
            int id = Words.FirstOrDefault(pair => pair.Value == word).Key;
            id = id == 0 ? Words.Count + 4 : id;
            Words[id] = word;
            return id;
        }
    }

    private static string Text(int[] ids) => string.Join(' ', ids.Select(id => Words[id]));
}
