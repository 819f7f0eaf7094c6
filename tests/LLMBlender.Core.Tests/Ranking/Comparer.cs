using LLMBlender.Core.Ranking;

namespace LLMBlender.Core.Tests.Ranking;

/// <summary>Drives engines with logits that are at hand, checking the engine's side of the contract on the way.</summary>
internal static class Comparer
{
    /// <summary>Runs an engine to its ranking; <paramref name="shuffle"/> may rearrange each round before it is recorded.</summary>
    public static CandidateRanking Run(
        RankingEngine engine, Func<CandidatePair, float> logit, Action<CandidatePair[]>? shuffle = null)
    {
        var asked = new HashSet<CandidatePair>();
        while (!engine.IsSettled)
        {
            var round = engine.NextPairs().ToArray();
            Assert.NotEmpty(round);
            foreach (var pair in round)
            {
                Assert.True(asked.Add(pair), $"{engine.Name} named {pair} twice");
                Assert.InRange(pair.First, 0, engine.Matrix.CandidateCount - 1);
                Assert.InRange(pair.Second, 0, engine.Matrix.CandidateCount - 1);
                Assert.NotEqual(pair.First, pair.Second);
            }

            shuffle?.Invoke(round);
            foreach (var pair in round)
            {
                Assert.False(engine.IsSettled);
                engine.Record(pair, logit(pair));
            }
        }

        Assert.True(engine.NextPairs().IsEmpty);
        var ranking = engine.Rank();
        Assert.Equal(asked.Count, ranking.Comparisons);
        return ranking;
    }

    /// <summary>Runs an engine on a whole matrix of logits.</summary>
    public static CandidateRanking Run(RankingEngine engine, float[,] matrix, Action<CandidatePair[]>? shuffle = null) =>
        Run(engine, pair => matrix[pair.First, pair.Second], shuffle);
}
