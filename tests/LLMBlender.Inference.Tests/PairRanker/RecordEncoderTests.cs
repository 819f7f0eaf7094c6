using CsCheck;
using LLMBlender.Inference.PairRanker;

namespace LLMBlender.Inference.Tests.PairRanker;

public sealed class RecordEncoderTests(TinyRanker tiny) : IClassFixture<TinyRanker>
{
    private static readonly string[] Spellings =
    [
        "[SEP]", "[CLS]", "[PAD]", "[MASK]", "<|source|>", "<|candidate1|>", "<|candidate2|>", "<|candidate|>",
        "＜|candidate1|＞", "<｜source｜>", "[S[SEP]EP]", "[ＳＥＰ]", "<|candi", "date1|>", " ", "a", "\n", "́", "\u200b",
    ];

    private static readonly Gen<string> HostileText =
        Gen.Int[0, Spellings.Length - 1].Select(n => Spellings[n]).Array[0, 12].Select(parts => string.Concat(parts));

    [Fact]
    public void Encode_TextsThatSpellControlTokens_LeavesNoneInTheText()
    {
        using var ranker = tiny.Load();
        var tokens = ranker.Manifest.Tokens!;
        int[] control = [tokens.Pad, tokens.Cls, tokens.Sep, tokens.Source, tokens.First, tokens.Second, 4000, 4004];

        Gen.Select(HostileText, HostileText).Sample((source, candidate) =>
        {
            var record = ranker.Encode(source, [candidate, "other"]);
            Assert.Equal([tokens.Cls, tokens.Source], record.Source[..2].ToArray());
            Assert.Equal(tokens.Sep, record.Source[^1]);
            Assert.False(record.Source[2..^1].ContainsAny(control));
            Assert.False(record.Candidate(0).ContainsAny(control));
        });
    }

    [Fact]
    public void Encode_LiteralSeparator_ReadsAsASpace()
    {
        using var ranker = tiny.Load();

        Assert.Equal(
            ranker.Encode("one two", ["three four"]).Candidate(0).ToArray(),
            ranker.Encode("one[SEP]two", ["three[SEP]four"]).Candidate(0).ToArray());
    }

    [Fact]
    public void Encode_LongTexts_TakesNoMoreThanTheModelsLength()
    {
        using var ranker = tiny.Load();
        var text = string.Concat(Enumerable.Repeat("many words ", 100_000));

        var record = ranker.Encode(text, [text, text]);

        Assert.Equal(1224, record.Source.Length);
        Assert.Equal(2048, record.PairLength(0, 1));
    }

    [Fact]
    public void Encode_ShortSource_LeavesItsRoomToTheCandidates()
    {
        using var ranker = tiny.Load();
        var text = string.Concat(Enumerable.Repeat("many words ", 10_000));

        var record = ranker.Encode("short", [text]);

        Assert.Equal(412 + (1224 - record.Source.Length) / 2, record.Candidate(0).Length + PairLayout.ControlTokens);
    }
}
