using LLMBlender.Core.Ranking;
using LLMBlender.Local.Comparing;
using LLMBlender.Silo.Caching;

namespace LLMBlender.Silo.Tests.Caching;

public sealed class ComparisonKeysTests
{
    private static readonly RankerIdentity Ranker = new("r", "v1");

    [Fact]
    public void Of_SameContent_IsTheSameWhateverTheIndices()
    {
        var one = new ComparisonKeys(Ranker, "source", ["a", "b"]);
        var other = new ComparisonKeys(Ranker with { Name = "alias" }, "source", ["x", "b", "a"]);

        Assert.Equal(one.Of(new CandidatePair(0, 1)), other.Of(new CandidatePair(2, 1)));
    }

    [Fact]
    public void Of_AnythingElse_Differs()
    {
        CandidatePair pair = new(0, 1);
        ComparisonKey[] keys =
        [
            new ComparisonKeys(Ranker, "source", ["a", "b"]).Of(pair),
            new ComparisonKeys(Ranker, "source", ["a", "b"]).Of(pair.Swapped),
            new ComparisonKeys(Ranker, "source ", ["a", "b"]).Of(pair),
            new ComparisonKeys(Ranker, "source", ["a", "b "]).Of(pair),
            new ComparisonKeys(Ranker, "sourcea", ["", "b"]).Of(pair),
            new ComparisonKeys(Ranker, "source", ["ab", ""]).Of(pair),
            new ComparisonKeys(Ranker with { Version = "v2" }, "source", ["a", "b"]).Of(pair),
        ];

        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    [Fact]
    public void Of_OnAnyMachine_IsThisKey()
    {
        // Written down so that a change of the format, which would empty every cache, is seen.
        var key = new ComparisonKeys(Ranker, "source", ["a", "b"]).Of(new CandidatePair(0, 1));
        var bytes = new byte[ComparisonKey.Size];
        key.CopyTo(bytes);

        Assert.Equal("64135684d863f813f9d340c381b5b6a1ae1dd1edada20c9f61a29e65bb564fdc", Convert.ToHexStringLower(bytes));
    }
}
