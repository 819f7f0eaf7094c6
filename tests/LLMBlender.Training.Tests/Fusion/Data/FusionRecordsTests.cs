using LLMBlender.Training.Data;
using LLMBlender.Training.Fusion.Data;

namespace LLMBlender.Training.Tests.Fusion.Data;

public sealed class FusionRecordsTests
{
    private static readonly Passage[] Passages =
    [
        .. Enumerable.Range(0, 20).Select(i => new Passage(
            i % 2 == 0 ? $"question {i}" : null,
            $"Opening {i} comes first. Then a{i} b{i} c{i} d{i} e{i} f{i} g{i}. After that h{i} i{i} j{i} k{i} l{i}. It ends with m{i} here.")),
    ];

    private static readonly FusionRecipe Recipe = new() { LeastTokens = 8, MostTokens = 20, FewerShare = 0, WholeShare = 0 };

    [Fact]
    public void Next_SameSeed_GivesTheSameRecords()
    {
        FusionRecord[] first = Draw(Recipe, 50, 3);
        FusionRecord[] again = Draw(Recipe, 50, 3);
        Assert.Equal(first.SelectMany(record => record.Candidates), again.SelectMany(record => record.Candidates));
        Assert.Equal(first.Select(record => record.Reference), again.Select(record => record.Reference));
        Assert.NotEqual(first.Select(record => record.Reference), Draw(Recipe, 50, 4).Select(record => record.Reference));
    }

    [Fact]
    public void Next_References_AreSentencesOfOneTextWithinTheBudget() => Assert.All(Draw(Recipe, 200, 1), record =>
    {
        Assert.Contains(Passages, passage => passage.Text.Contains(record.Reference, StringComparison.Ordinal));
        Assert.InRange(record.Reference.Split(' ').Length, CandidateDamage.FewestWords, 20);
        Assert.Equal(3, record.Candidates.Count);
    });

    [Fact]
    public void Next_OfATextWithoutPrompt_TakesItsFirstSentenceAsInstruction()
    {
        FusionRecord[] records = Draw(Recipe, 200, 1);
        Assert.Contains(records, record => record.Instruction.StartsWith("question", StringComparison.Ordinal));
        FusionRecord[] lent = [.. records.Where(record => record.Instruction.StartsWith("Opening", StringComparison.Ordinal))];
        Assert.NotEmpty(lent);
        Assert.All(lent, record => Assert.DoesNotContain("Opening", record.Reference, StringComparison.Ordinal));
    }

    [Fact]
    public void Next_WithWholeCandidates_ShufflesThemAmongTheOthers()
    {
        FusionRecord[] records = Draw(Recipe with { WholeShare = 1, LeastMishaps = 2, MostMishaps = 2 }, 200, 1);
        Assert.All(records, record => Assert.Contains(record.Reference, record.Candidates));
        int[] places = [.. Enumerable.Range(0, 3).Select(i => records.Count(record => record.Candidates[i] == record.Reference))];
        Assert.All(places, count => Assert.InRange(count, 40, 100));
    }

    [Fact]
    public void Next_WithFewerCandidates_LeavesAtLeastOne()
    {
        int[] counts = [.. Draw(Recipe with { FewerShare = 1 }, 100, 1).Select(record => record.Candidates.Count).Distinct().Order()];
        Assert.Equal([1, 2], counts);
    }

    [Fact]
    public void New_OfOneText_SaysWhatIsMissing() =>
        Assert.Contains("at least 2", Assert.Throws<DataException>(() => new FusionRecords(Passages[..1], _ => 1)).Message, StringComparison.Ordinal);

    [Fact]
    public void Next_OfTextsThatAreTooShort_GivesUp()
    {
        var records = new FusionRecords([new Passage("a", "too short"), new Passage("b", "this too")], _ => 1);
        Assert.Contains("too short", Assert.Throws<DataException>(() => records.Next(Recipe, new Random(1))).Message, StringComparison.Ordinal);
    }

    private static FusionRecord[] Draw(FusionRecipe recipe, int count, int seed)
    {
        var records = new FusionRecords(Passages, _ => 1);
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => records.Next(recipe, random))];
    }
}
