using CsCheck;
using LLMBlender.Inference.Batching;

namespace LLMBlender.Inference.Tests.Batching;

public sealed class BatchPlanTests
{
    private static readonly Gen<int[]> SkewedLengths =
        Gen.Double[0, 1].Select(u => (int)(20 + 2000 * Math.Pow(u, 4))).Array[0, 300];

    [Fact]
    public void For_SkewedLengths_EverySequenceIsInOneBatch() => Gen.Select(SkewedLengths, Gen.Int[1, 5000]).Sample((lengths, budget) =>
    {
        var plan = BatchPlan.For(lengths, budget);
        var seen = new List<int>();
        for (var batch = 0; batch < plan.Count; batch++)
        {
            seen.AddRange(plan.Members(batch));
        }

        seen.Sort();
        Assert.Equal(Enumerable.Range(0, lengths.Length), seen);
    });

    [Fact]
    public void For_SkewedLengths_PaddingAndBudgetAreKept() => Gen.Select(SkewedLengths, Gen.Int[1, 5000]).Sample((lengths, budget) =>
    {
        var plan = BatchPlan.For(lengths, budget);
        for (var batch = 0; batch < plan.Count; batch++)
        {
            var members = plan.Members(batch);
            var computed = members.Length * plan.Length(batch);
            var useful = members.ToArray().Sum(i => lengths[i]);
            Assert.True(members.Length == 1 || computed <= budget, $"{computed} tokens in a budget of {budget}");
            Assert.True(useful >= BatchPlan.UsefulShare * computed, $"{useful} of {computed} tokens are useful");
            Assert.Equal(members.ToArray().Max(i => lengths[i]), plan.Length(batch));
        }

        Assert.Equal(lengths.Sum(), plan.UsefulTokens);
        Assert.True(plan.UsefulTokens >= BatchPlan.UsefulShare * plan.ComputedTokens);
    });

    [Fact]
    public void For_EqualLengths_BatchesFillTheBudget()
    {
        var plan = BatchPlan.For(Enumerable.Repeat(100, 25).ToArray(), budget: 1000);

        Assert.Equal([10, 10, 5], Enumerable.Range(0, plan.Count).Select(batch => plan.Members(batch).Length));
    }

    [Fact]
    public void For_SequenceOverTheBudget_HasItsOwnBatch()
    {
        var plan = BatchPlan.For([10, 5000, 10], budget: 1000);

        Assert.Equal([1], plan.Members(0).ToArray());
        Assert.Equal(5000, plan.Length(0));
    }
}
