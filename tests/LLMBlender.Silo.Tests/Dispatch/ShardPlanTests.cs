using CsCheck;
using LLMBlender.Silo.Dispatch;

namespace LLMBlender.Silo.Tests.Dispatch;

public sealed class ShardPlanTests
{
    private static readonly Gen<int[]> Tokens = Gen.Int[10, 2000].Array[1, 200];
    private static readonly Gen<(long Load, int Weight)[]> Workers = Gen.Select(Gen.Long[0, 100_000], Gen.Int[1, 8]).Array[1, 8];

    [Fact]
    public void Split_AnyPairs_GivesEachToOneWorker() => Gen.Select(Tokens, Workers).Sample((tokens, workers) =>
        Split(tokens, workers).SelectMany(share => share).Order().SequenceEqual(Enumerable.Range(0, tokens.Length)));

    [Fact]
    public void Split_IdleWorkers_EndWithinOnePairOfEachOther() => Gen.Select(Tokens, Gen.Int[1, 8]).Sample((tokens, count) =>
    {
        var shares = Split(tokens, [.. Enumerable.Repeat((0L, 1), count)]);
        var sums = shares.Where(share => share.Length > 0).Select(share => share.Sum(pair => tokens[pair])).ToList();
        return sums.Max() - sums.Min() <= tokens.Max();
    });

    [Fact]
    public void Split_FewTokens_GoToOneWorker() =>
        Assert.Single(Split([100, 100, 100], [(0, 1), (0, 1), (0, 1)]), share => share.Length > 0);

    [Fact]
    public void Split_BusyWorker_GetsNothingUntilTheOthersAreAsBusy()
    {
        var shares = Split([.. Enumerable.Repeat(500, 40)], [(1_000_000, 1), (0, 1)]);

        Assert.Empty(shares[0]);
    }

    [Fact]
    public void Split_HeavierWorker_GetsItsShare()
    {
        var shares = Split([.. Enumerable.Repeat(500, 40)], [(0, 3), (0, 1)]);

        Assert.Equal(30, shares[0].Length);
    }

    private static int[][] Split(int[] tokens, (long Load, int Weight)[] workers) =>
        ShardPlan.Split(tokens, [.. workers.Select(worker => worker.Load)], [.. workers.Select(worker => worker.Weight)]);
}
