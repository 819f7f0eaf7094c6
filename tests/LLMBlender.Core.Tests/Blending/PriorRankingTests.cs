using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Core.Tests.Blending;

/// <summary>Rankings that begin with a prior: a ranker that scores each candidate alone.</summary>
public sealed class PriorRankingTests
{
    private const int Count = 11;

    [Theory]
    [InlineData("adaptive")]
    [InlineData("adaptive-best")]
    public async Task Run_PriorThatAgrees_IsAskedOnceAndSavesComparisons(string aggregation)
    {
        var prior = new Known("prior", RankerInfo.RewardModel);

        var with = await RankAsync(aggregation, prior);
        var without = await RankAsync(aggregation, null);

        Assert.Equal((1, Count - 1), (prior.Calls, prior.Pairs));
        Assert.Equal(1, with.Ranks[7]);
        Assert.Equal("ranker", with.Ranker);
        Assert.True(with.Comparisons < without.Comparisons, $"{with.Comparisons} comparisons against {without.Comparisons}");
    }

    [Theory]
    [InlineData("max-logits")]
    [InlineData("bubble-sort")]
    public async Task Run_AggregationThatIsNotAdaptive_DoesNotAskThePrior(string aggregation)
    {
        var prior = new Known("prior", RankerInfo.RewardModel);

        await RankAsync(aggregation, prior);

        Assert.Equal(0, prior.Calls);
    }

    [Fact]
    public async Task Run_PriorThatFails_RanksWithoutIt()
    {
        var response = await RankAsync("adaptive-best", new Known("prior", RankerInfo.ScoreServer) { Fails = true });

        Assert.Equal(1, response.Ranks[7]);
    }

    [Fact]
    public async Task Run_PriorThatComparesPairs_IsRefusedByName()
    {
        var error = await Assert.ThrowsAsync<BlendException>(() => RankAsync("adaptive", new Known("second", RankerInfo.PairRanker)));

        Assert.Equal((BlendFailureReason.Refused, true), (error.Reason, error.Message.Contains("\"second\", which compares pairs", StringComparison.Ordinal)));
    }

    private static Task<RankingResponse> RankAsync(string aggregation, Known? prior)
    {
        // Texts without agreement, so that only the prior tells something.
        var workflow = RankingWorkflow.Create(new RankingRequest
        {
            Instruction = "Which?",
            Candidates = [.. Enumerable.Range(0, Count).Select(static i => new Candidate(null, $"answer{i}"))],
            Aggregation = aggregation,
        });
        return workflow.RunAsync(new Known("ranker", RankerInfo.PairRanker), CancellationToken.None, prior);
    }

    /// <summary>A ranker by known qualities, the eighth candidate's the best.</summary>
    private sealed class Known(string name, string kind) : IPairComparer
    {
        public bool Fails { get; init; }

        public int Calls { get; private set; }

        public int Pairs { get; private set; }

        public string Name => name;

        public RankerInfo? Info => new(Name, kind);

        public int Reused => 0;

        public StepUsage Usage => default;

        public Task<float[]> CompareAsync(CandidatePair[] pairs, CancellationToken cancellationToken)
        {
            Calls++;
            Pairs += pairs.Length;
            return Fails
                ? throw new BlendException(BlendWorkflow.Rank, BlendFailureReason.Faulted, "the scorer failed")
                : Task.FromResult(Array.ConvertAll(pairs, static pair => Quality(pair.First) - Quality(pair.Second) + Noise(pair)));
        }

        private static float Quality(int candidate) => -Math.Abs(candidate - 7) * 0.4f;

        // Of the pair, so that pairs need to be compared.
        private static float Noise(CandidatePair pair) => ((pair.First * 31) + (pair.Second * 17)) % 7 * 0.05f;
    }
}
