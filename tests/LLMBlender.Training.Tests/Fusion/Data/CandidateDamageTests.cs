using CsCheck;
using LLMBlender.Training.Fusion.Data;

namespace LLMBlender.Training.Tests.Fusion.Data;

public sealed class CandidateDamageTests
{
    private static readonly string[] OffTopic = ["Zebras", "graze", "elsewhere."];
    private static readonly Gen<CorruptionKind> Corruptions = Gen.Int[0, Enum.GetValues<CorruptionKind>().Length - 1].Select(i => (CorruptionKind)i);

    [Fact]
    public void Apply_AnyMishap_FollowsFromTheSeedAndLeavesTheGivenWordsAlone() =>
        Gen.Select(Gen.Int[CandidateDamage.FewestWords, 60], Corruptions, Gen.Int).Sample((count, corruption, seed) =>
        {
            string[] words = Numbered(count);
            string[] first = CandidateDamage.Apply(corruption, words, OffTopic, new Random(seed));
            Assert.Equal(Numbered(count), words);
            Assert.Equal(first, CandidateDamage.Apply(corruption, words, OffTopic, new Random(seed)));
            Assert.NotEmpty(first);
        });

    [Fact]
    public void Apply_DroppedSpan_LeavesTheRestInOrder() =>
        Gen.Select(Gen.Int[CandidateDamage.FewestWords, 60], Gen.Int).Sample((count, seed) =>
        {
            int[] left = Numbers(CorruptionKind.DroppedSpan, count, seed);
            int missing = count - left.Length;
            Assert.InRange(missing, 1, Math.Max(1, (int)Math.Round(count * 0.35)));
            int jumps = left.Zip(left.Skip(1)).Count(pair => pair.Second != pair.First + 1);
            Assert.InRange(jumps, 0, 1);
            Assert.Equal(left.Order(), left);
        });

    [Fact]
    public void Apply_RepeatedSpan_SaysASpanTwice() =>
        Gen.Select(Gen.Int[CandidateDamage.FewestWords, 60], Gen.Int).Sample((count, seed) =>
        {
            int[] said = Numbers(CorruptionKind.RepeatedSpan, count, seed);
            Assert.Equal(Enumerable.Range(0, count), said.Distinct().Order());
            Assert.InRange(said.Length - count, 2, 12);
            Assert.Single(said.Zip(said.Skip(1)), pair => pair.Second != pair.First + 1);
        });

    [Fact]
    public void Apply_SwappedWords_KeepsEveryWordOnce() =>
        Gen.Select(Gen.Int[CandidateDamage.FewestWords, 60], Gen.Int).Sample((count, seed) =>
            Assert.Equal(Enumerable.Range(0, count), Numbers(CorruptionKind.SwappedWords, count, seed).Order()));

    [Fact]
    public void Apply_Truncated_KeepsTheBeginning() =>
        Gen.Select(Gen.Int[CandidateDamage.FewestWords, 60], Gen.Int).Sample((count, seed) =>
        {
            string[] kept = CandidateDamage.Apply(CorruptionKind.Truncated, Numbered(count), OffTopic, new Random(seed));
            Assert.InRange(kept.Length, count / 2 - 1, count - 1);
            Assert.Equal(Numbered(count)[..(kept.Length - 1)], kept[..^1]);
            Assert.Equal(Numbered(count)[kept.Length - 1], kept[^1].Replace("...", "", StringComparison.Ordinal));
        });

    [Fact]
    public void Apply_OffTopicSentence_StandsBetweenSentencesOrInPlaceOfOne() =>
        Gen.Int.Sample(seed =>
        {
            string[] words = "One two three. Four five six. Seven eight nine.".Split(' ');
            string[] made = CandidateDamage.Apply(CorruptionKind.OffTopicSentence, words, OffTopic, new Random(seed));
            int at = Array.IndexOf(made, "Zebras");
            Assert.Equal(OffTopic, made[at..(at + 3)]);
            Assert.True(at % 3 == 0);
            string[] left = [.. made[..at], .. made[(at + 3)..]];
            Assert.True(left.Length is 6 or 9);
            Assert.Subset(words.ToHashSet(), left.ToHashSet());
        });

    [Fact]
    public void Apply_GarbledWords_ChangesAFewWordsInTheirPlaces() =>
        Gen.Select(Gen.Int[CandidateDamage.FewestWords, 60], Gen.Int).Sample((count, seed) =>
        {
            string[] made = CandidateDamage.Apply(CorruptionKind.GarbledWords, Numbered(count), OffTopic, new Random(seed));
            Assert.Equal(count, made.Length);
            int changed = made.Zip(Numbered(count)).Count(pair => pair.First != pair.Second);
            Assert.InRange(changed, 1, Math.Max(1, (int)Math.Round(count * 0.25)));
        });

    private static int[] Numbers(CorruptionKind corruption, int count, int seed) =>
        [.. CandidateDamage.Apply(corruption, Numbered(count), OffTopic, new Random(seed)).Select(int.Parse)];

    private static string[] Numbered(int count) => [.. Enumerable.Range(0, count).Select(i => $"{i}")];
}
