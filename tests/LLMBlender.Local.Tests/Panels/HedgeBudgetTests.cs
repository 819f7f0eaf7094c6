using LLMBlender.Local.Panels;

namespace LLMBlender.Local.Tests.Panels;

public sealed class HedgeBudgetTests
{
    [Fact]
    public void TrySpend_AfterCallsThatEarnShares_IsAllowedOncePerWholeOne()
    {
        var budget = new HedgeBudget(0.1);

        var allowed = Enumerable.Range(0, 30).Count(_ =>
        {
            budget.AddShare();
            return budget.TrySpend();
        });

        Assert.Equal(3, allowed);
        Assert.False(budget.TrySpend());
    }

    [Fact]
    public void Earn_ManyCalls_SavesNoMoreThanFifteenRepetitions()
    {
        var budget = new HedgeBudget(0.5);
        for (var call = 0; call < 15; call++)
        {
            budget.AddShare();
        }

        Assert.Equal(0.5, budget.Fill, 12);
        for (var call = 0; call < 1000; call++)
        {
            budget.AddShare();
        }

        Assert.Equal(1, budget.Fill);
        Assert.Equal(15, Enumerable.Range(0, 100).Count(_ => budget.TrySpend()));
        Assert.Equal(0, budget.Fill);
    }
}
