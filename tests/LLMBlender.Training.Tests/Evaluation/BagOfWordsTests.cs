using LLMBlender.Training.Data;
using LLMBlender.Training.Evaluation;

namespace LLMBlender.Training.Tests.Evaluation;

public sealed class BagOfWordsTests
{
    [Fact]
    public void Score_AfterPairsWithATell_PrefersTheTell()
    {
        BagOfWords bag = BagOfWords.Fit([.. Enumerable.Range(0, 200).Select(i => new TrainingPair
        {
            Tag = "toy",
            Source = [i % 7],
            Better = [50, 10 + i % 11, 10 + i % 3],
            Worse = [10 + i % 5, 10 + i % 13, 60],
        })]);
        Assert.True(bag.Score([1], [50, 12, 13]) > bag.Score([1], [12, 13, 60]));
        Assert.True(bag.Score([1], [12, 13, 14]) > bag.Score([1], [12, 13, 60]));
    }
}
