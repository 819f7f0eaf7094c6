using LLMBlender.Core.Evaluation;

namespace LLMBlender.Core.Tests.Evaluation;

public sealed class RankAgreementTests
{
    private static readonly string[] Names = ["a", "b"];

    // By hand. a is ranked 1, 1, 2 and judged 1, 2, 2: r = (1/3)/√((2/3)(2/3)) = 1/2; b is the mirror of it. Footrules 0, 2, 0.
    [Fact]
    public void Agreement_OfModelsOverRecords_IsTheReferences()
    {
        var agreement = new RankAgreement(new Bootstrap(3, 1, 10));
        agreement.Add(0, Names, [1, 2], [1, 2]);
        agreement.Add(1, Names, [1, 2], [2, 1]);
        agreement.Add(2, Names, [2, 1], [2, 1]);

        Assert.Equal(0.5, agreement.Pearson().Value, 12);
        Assert.Equal(0.5, agreement.Spearman().Value, 12);
        Assert.Equal(2 / 3.0, agreement.Footrule().Value, 12);
        Assert.Equal((1 - 1 + 1) / 3.0, agreement.KendallOfRecords().Value, 12);
        Assert.Equal(1 / 3.0, agreement.SpearmanOfRecords().Value, 12);
    }

    [Fact]
    public void Pearson_OfColumns_IsThatOfEveryColumn()
    {
        double[] ranks = [1, 3, 2, 2, 1, 3];
        double[] judge = [1, 2, 2, 3, 1, 3];
        var agreement = new RankAgreement(new Bootstrap(6, 1, 10));
        for (int i = 0; i < 6; i++)
        {
            agreement.Add(i, Names, [(int)ranks[i], 4 - (int)ranks[i]], [(int)judge[i], 4 - (int)judge[i]]);
        }

        Assert.Equal(Correlation.Pearson(ranks, judge), agreement.Pearson().Value, 12);
        Assert.Equal(Correlation.Spearman(ranks, judge), agreement.Spearman().Value, 12);
    }

    [Fact]
    public void Agreement_OfNoRecord_IsNone() => Assert.False(new RankAgreement(new Bootstrap(2, 1, 10)).Pearson().IsThere);
}
