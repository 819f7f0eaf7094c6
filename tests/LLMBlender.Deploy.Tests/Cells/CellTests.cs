using LLMBlender.Benchmarks.Cells;

namespace LLMBlender.Deploy.Tests.Cells;

/// <summary>The simulation of which deploy/SIZING.md has its figures obeys the laws of queues.</summary>
public sealed class CellTests
{
    private static readonly CellSettings Small = new()
    {
        Arrivals = 40, Rankings = [[10, 6, 6], [12, 8], [20]], Speed = 100, Accelerators = 12, Silos = 2, Members = 0.5, Time = (20, 200),
    };

    [Fact]
    public void Run_SameSeed_IsTheSameRun()
    {
        var (first, second, other) = (Cell.Run(Small, 7), Cell.Run(Small, 7), Cell.Run(Small, 8));

        Assert.Equal(first.Rankings, second.Rankings);
        Assert.True(Same(first, second));
        Assert.NotEqual(first.Rankings, other.Rankings);
    }

    [Fact]
    public void Run_StableCell_ObeysLittlesLaw()
    {
        var outcome = Cell.Run(Small, 1);

        Assert.InRange(outcome.InProgress / (outcome.Blends * outcome.MeanBlend), 0.98, 1.02);
    }

    [Fact]
    public void Run_StableCell_KeepsItsAcceleratorsAsBusyAsItsWorkIs()
    {
        var outcome = Cell.Run(Small, 1);
        var load = Small.Arrivals * Small.MeanComparisons / (Small.Speed * Small.Accelerators);

        Assert.InRange(outcome.Blends / Small.Arrivals, 0.97, 1.03);
        Assert.InRange(outcome.Accelerators / load, 0.97, 1.03);
        Assert.InRange(outcome.Redis / (Small.Arrivals * Small.MeanComparisons * (Small.RedisRead + Small.RedisWrite)), 0.97, 1.03);
    }

    [Fact]
    public void Run_MoreWorkThanAccelerators_DoesWhatTheyCan()
    {
        var outcome = Cell.Run(Small with { Arrivals = 120 }, 1);

        Assert.InRange(outcome.Accelerators, 0.999, 1);
        Assert.InRange(outcome.Comparisons / (Small.Speed * Small.Accelerators), 0.98, 1.02);
    }

    [Fact]
    public void Run_MoreHits_NeedsLessOfTheAcceleratorsAndAsManyReads()
    {
        var (without, with) = (Cell.Run(Small with { RedisWrite = 0 }, 1), Cell.Run(Small with { RedisWrite = 0, Hits = 0.5 }, 1));

        Assert.InRange(with.Accelerators / without.Accelerators, 0.47, 0.53);
        Assert.InRange(with.Redis / without.Redis, 0.94, 1.06);
        Assert.True(with.Ranking(0.5) < without.Ranking(0.5));
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.7)]
    public void Station_PoissonArrivalsAndConstantTimes_WaitAsPollaczekAndKhinchineSay(double load)
    {
        var (loop, random, seconds) = (new EventLoop(), new Random(3), 0.01);
        var station = new Station(loop, 1);
        Arrive();
        loop.RunUntil(100);
        station.Reset();
        loop.RunUntil(4000);

        Assert.InRange(station.Utilization / load, 0.99, 1.01);
        Assert.InRange(station.MeanInside / (station.Rate * station.MeanSojourn), 0.999, 1.001);
        Assert.InRange(station.MeanSojourn / (seconds * (1 + (load / (2 * (1 - load))))), 0.97, 1.03);

        void Arrive() => loop.After(-seconds / load * Math.Log(1 - random.NextDouble()), () =>
        {
            station.Add(seconds, static () => { });
            Arrive();
        });
    }

    private static bool Same(CellOutcome a, CellOutcome b) =>
        (a.Blends, a.Comparisons, a.Accelerators, a.Redis, a.Silos, a.InProgress, a.MeanBlend) == (b.Blends, b.Comparisons, b.Accelerators, b.Redis, b.Silos, b.InProgress, b.MeanBlend);
}
