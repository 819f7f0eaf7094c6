using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Core.Tests.Blending;

/// <summary>Rankings by a ranker that scores each candidate alone.</summary>
public sealed class ScoringWorkflowTests
{
    private static readonly float[] Scores = [0.5f, 2, -1, 1.25f, 0];

    [Theory]
    [InlineData("max-logits")]
    [InlineData("max-wins")]
    [InlineData("bubble-sort")]
    [InlineData("adaptive")]
    public async Task Run_AnyAggregation_AsksOnceAndRanksByTheScores(string aggregation)
    {
        var comparer = new Scored(RankerInfo.RewardModel);

        var response = await RankAsync(aggregation, comparer);

        Assert.Equal([3, 1, 5, 2, 4], response.Ranks);
        Assert.Equal(1, comparer.Calls);
        Assert.InRange(response.Reused, 0, response.Comparisons);
        Assert.Equal("scored", response.RankerInfo!.Name);
    }

    [Fact]
    public async Task Run_PairRanker_ComparesOnlyThePairsOfThePlan()
    {
        var comparer = new Scored(RankerInfo.PairRanker);

        var response = await RankAsync("bubble-sort", comparer);

        Assert.True(comparer.Calls > 1);
        Assert.Equal(response.Comparisons, comparer.Pairs);
    }

    [Fact]
    public async Task Probability_OfACalibratedMatrix_IsThatOfBothOrders()
    {
        var response = await RankAsync("max-logits", new Scored(RankerInfo.RewardModel));

        Assert.Equal(1 / (1 + Math.Exp(-(2 - 1.25) / 2)), response.Probability(1, 3)!.Value, 1e-6);
        Assert.Equal(1, response.Probability(1, 3)!.Value + response.Probability(3, 1)!.Value, 1e-12);
        Assert.Null((response with { Matrix = null }).Probability(1, 3));
        Assert.Null((response with { RankerInfo = new RankerInfo("scored", RankerInfo.RewardModel) }).Probability(1, 3));
    }

    [Fact]
    public async Task Confidence_OfACalibratedRanker_IsTheProbabilityOfTheFirst()
    {
        var expected = Math.Exp(2 / 2.0) / Scores.Sum(static score => Math.Exp(score / 2.0));

        Assert.Equal(expected, (await RankAsync("max-logits", new Scored(RankerInfo.RewardModel))).Confidence!.Value, 1e-6);
        Assert.Null((await RankAsync("max-logits", new Scored(RankerInfo.RewardModel) { Temperature = null })).Confidence);
    }

    private static Task<RankingResponse> RankAsync(string aggregation, Scored comparer)
    {
        var workflow = RankingWorkflow.Create(new RankingRequest
        {
            Instruction = "Which?",
            Candidates = [.. Scores.Select(static (_, i) => new Candidate(null, $"{i}"))],
            Aggregation = aggregation,
            WithMatrix = true,
        });
        return workflow.RunAsync(comparer, CancellationToken.None);
    }

    private sealed class Scored(string kind) : IPairComparer
    {
        public double? Temperature { get; init; } = 2;

        public int Calls { get; private set; }

        public int Pairs { get; private set; }

        public string Name => "scored";

        public RankerInfo? Info => new(Name, kind) { Temperature = Temperature };

        public int Reused => Pairs;

        public StepUsage Usage => default;

        public Task<float[]> CompareAsync(CandidatePair[] pairs, CancellationToken cancellationToken)
        {
            Calls++;
            Pairs += pairs.Length;
            return Task.FromResult(Array.ConvertAll(pairs, static pair => Scores[pair.First] - Scores[pair.Second]));
        }
    }
}
