using LLMBlender.Training.Data;
using LLMBlender.Training.Runs;

namespace LLMBlender.Training.Tests.Data;

public sealed class PairStreamTests
{
    private static readonly PairLayout Layout = new(1, 2, 101, 102, 103);
    private static readonly Mixture Mixed = new(
        new Dictionary<string, double> { ["a"] = 3, ["b"] = 1, [Mixture.MadeUp] = 1 }, 16, 64);

    [Fact]
    public void Window_SamePlace_IsTheSame()
    {
        var first = Stream().Window(2, Mixed, 7, 512, 4);
        var again = Stream();
        again.Window(2, Mixed, 3, 512, 4);
        Assert.Equal(Flatten(first), Flatten(again.Window(2, Mixed, 7, 512, 4)));
    }

    [Fact]
    public void Window_OtherNumber_IsAnother() =>
        Assert.NotEqual(Flatten(Stream().Window(0, Mixed, 0, 512, 4)), Flatten(Stream().Window(0, Mixed, 1, 512, 4)));

    [Fact]
    public void Window_OfAMixture_HoldsItsSharesAndKeepsTheBudget()
    {
        var steps = Stream().Window(0, Mixed, 0, 512, 4);
        Batch[] batches = [.. steps.SelectMany(step => step)];
        Assert.InRange(batches.Sum(batch => batch.Rows), PairStream.WindowPairs - 3, PairStream.WindowPairs);
        Assert.All(batches, batch => Assert.True(batch.Rows == 1 || batch.Ids.Length <= 512));
        Assert.InRange(batches.SelectMany(batch => batch.Ids).Count(id => id == 7), PairStream.WindowPairs / 5 - 1, PairStream.WindowPairs / 5 + 1);
        int first = batches.Sum(batch => batch.FirstScores.Count(score => score > 0));
        Assert.InRange(first, PairStream.WindowPairs * 2 / 5, PairStream.WindowPairs * 3 / 5);
    }

    [Fact]
    public void Draw_OneEpoch_HoldsEveryPairOnce()
    {
        var pool = new PreferencePool("a", [.. Enumerable.Range(0, 50).Select(i => Pair("a", i))], 5);
        int[] epoch = [.. Enumerable.Range(100, 50).Select(i => pool.Draw(i).Source[0])];
        Assert.Equal(Enumerable.Range(0, 50), epoch.Order());
        Assert.NotEqual(Enumerable.Range(0, 50), epoch);
    }

    private static PairStream Stream()
    {
        var lexicon = new Lexicon(word => [.. word.Select(c => (int)c)]);
        var passages = Enumerable.Range(0, 20).Select(i => new Passage($"why {i}", $"first {i} is so. second {i} is not. third is all we know."));
        var pools = new Dictionary<string, PreferencePool>
        {
            ["a"] = new("a", [.. Enumerable.Range(0, 90).Select(_ => Pair("a", 6))], 1),
            ["b"] = new("b", [.. Enumerable.Range(0, 30).Select(_ => Pair("b", 7))], 1),
        };
        return new PairStream(pools, new MadeUpPairs(passages, lexicon, ownPrompts: true), null, Layout, 9);
    }

    private static TrainingPair Pair(string tag, int id) => new() { Tag = tag, Source = [id], Better = [20, 21], Worse = [30] };

    private static string Flatten(IReadOnlyList<IReadOnlyList<Batch>> steps) =>
        string.Join('|', steps.Select(step => string.Join('/', step.Select(batch => string.Join(',', batch.Ids)))));
}
