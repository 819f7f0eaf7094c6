using LLMBlender.Inference.GenFuser;
using LLMBlender.Inference.Models;

namespace LLMBlender.Inference.Tests.GenFuser;

public sealed class BeamSearchTests
{
    private const int Vocabulary = 6;
    private const int Never = -1000;
    private static readonly GeneratorTokens Tokens = new(Pad: 0, End: 1, Start: 0);

    [Fact]
    public void Advance_EndAmongTheLikeliest_IsKeptAsFinished()
    {
        var search = Search(beams: 2);
        Advance(search, Row(end: 0.6, two: 0.3, three: 0.1));
        Advance(search, Row(two: 0.9, end: 0.1), Row(two: 0.9, end: 0.1));

        var finished = search.Finish();

        Assert.Equal([0, 1], finished[0].Ids);
        Assert.Equal(Math.Log(0.6), finished[0].Score, 1e-5);
    }

    [Fact]
    public void Advance_EndBelowTheFirstBeams_IsPassedOver()
    {
        // Among the four likeliest the end is third: after as many as there are beams.
        var search = Search(beams: 2, returns: 2);
        Advance(search, Row(two: 0.5, three: 0.3, end: 0.15, four: 0.05));

        Assert.DoesNotContain(search.Finish(), beam => beam.Ids[^1] == Tokens.End);
    }

    [Fact]
    public void IsDone_AsManyFinishedAsBeams_WaitsForWhatCouldStillWin()
    {
        double[][] steps = [Row(two: 0.55, end: 0.45), Row(two: 0.97, end: 0.02, three: 0.01)];
        bool Done(bool early, double penalty)
        {
            var search = Search(beams: 1, early, penalty);
            Assert.True(search.Rows == 1);
            Advance(search, steps[0]);
            Advance(search, steps[1]);
            return search.IsDone;
        }

        // One beam never takes an end that isn't first: nothing is finished.
        Assert.False(Done(early: true, penalty: 1));

        var eager = Search(beams: 2, early: true);
        var patient = Search(beams: 2, early: false);
        foreach (var search in new[] { eager, patient })
        {
            Advance(search, Row(end: 0.4, two: 0.35, three: 0.25));
            Advance(search, Row(two: 0.999, four: 0.001), Row(end: 0.999, four: 0.001));
        }

        // Two are finished, and the beam of 0.35 · 0.999 would still get in at its length of two.
        Assert.Equal((true, false), (eager.IsDone, patient.IsDone));
    }

    [Theory]
    [InlineData(0.0, 2)]
    [InlineData(3.0, 3)]
    public void Finish_LengthPenalty_DecidesBetweenShortAndLong(double penalty, int length)
    {
        var search = Search(beams: 2, penalty: penalty);
        Advance(search, Row(end: 0.5, two: 0.4, three: 0.1));
        Advance(search, Row(end: 0.9, two: 0.1), Row(four: 0.9, two: 0.1));

        Assert.Equal(length, search.Finish()[0].Ids.Length);
    }

    [Fact]
    public void Advance_TwoBeamsFromOne_CopyItsRowIntoTheDeadOne()
    {
        var search = Search(beams: 2);
        Advance(search, Row(two: 0.6, three: 0.4));

        var (next, copies) = Advance(search, Row(two: 0.5, three: 0.5), Row(two: 0.1, three: 0.1, four: 0.1));

        var (from, to) = Assert.Single(copies);
        Assert.NotEqual(from, to);
        Assert.Equal([2, 3], next.Order());
    }

    [Fact]
    public void Certain_RunningBeams_IsWhatAllAgreeOn()
    {
        var search = Search(beams: 2);
        Advance(search, Row(two: 0.6, three: 0.4));
        Assert.Empty(search.Certain);

        // Both beams now come from the first: its token is settled, theirs are not.
        Advance(search, Row(three: 0.5, four: 0.5), Row(two: 0.05, three: 0.05));
        Assert.Equal([2], search.Certain);
    }

    [Fact]
    public void FinishedBeams_Full_KeepsTheBest()
    {
        var beams = new FinishedBeams(capacity: 2, lengthPenalty: 1);
        beams.Add([1], -4, 2);
        beams.Add([2], -2, 2);
        beams.Add([3], -3, 2);
        beams.Add([4], -10, 2);

        Assert.Equal([[2], [3]], beams.Best(5).Select(beam => beam.Ids));
        Assert.Equal(-1.5, beams.Worst);
        Assert.True(beams.Beats(bestSum: -6, length: 4));
        Assert.False(beams.Beats(bestSum: -5.9, length: 4));
    }

    private static BeamSearch Search(int beams, bool early = false, double penalty = 1, int returns = 1) => new(
        new GenerationOptions { Beams = beams, EarlyStopping = early, LengthPenalty = penalty, ReturnSequences = returns }, Tokens, Vocabulary);

    private static double[] Row(double end = 0, double two = 0, double three = 0, double four = 0) =>
        [Never, Logit(end), Logit(two), Logit(three), Logit(four), Never];

    private static double Logit(double probability) => probability == 0 ? Never : Math.Log(probability);

    // Rows are given by beam, best first; a row that isn't given is like the first.
    private static (int[] Next, List<(int From, int To)> Copies) Advance(BeamSearch search, params double[][] rows)
    {
        var logits = Enumerable.Range(0, search.Rows).SelectMany(row => rows[Math.Min(row, rows.Length - 1)]).Select(x => (float)x).ToArray();
        var next = new int[search.Rows];
        var copies = new List<(int From, int To)>();
        search.Advance(logits, next, copies);
        return (next, copies);
    }
}
