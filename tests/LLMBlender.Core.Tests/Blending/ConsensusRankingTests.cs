using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Core.Tests.Blending;

/// <summary>Rankings by a ranker with a weight of consensus.</summary>
public sealed class ConsensusRankingTests
{
    private static readonly string[] Texts = ["Rome", "It is Paris.", "I think it is Paris.", "Paris, it is Paris."];

    [Theory]
    [InlineData("max-logits", 12)]
    [InlineData("max-wins", 12)]
    [InlineData("adaptive", null)]
    [InlineData("bubble-sort", null)]
    public async Task Run_ThreeOrMore_AddsTheDifferenceOfAgreementsToEachLogit(string aggregation, int? comparisons)
    {
        var response = await RankAsync(Texts, weight: 10, request => request with { Aggregation = aggregation });

        var agreements = Consensus.Of(Texts);
        Assert.True(agreements[0] < agreements.Skip(1).Min());
        Assert.Equal(comparisons ?? response.Comparisons, response.Comparisons);
        for (var i = 0; i < Texts.Length; i++)
        {
            for (var j = 0; j < Texts.Length; j++)
            {
                var logit = response.Matrix![(i * Texts.Length) + j];
                Assert.True(i == j || float.IsNaN(logit) || Math.Abs(logit - ByPosition.Logit(i, j) - (10 * (agreements[i] - agreements[j]))) < 1e-5);
            }
        }

        // The comparer prefers the first text, with which no other agrees.
        Assert.NotEqual(1, response.Ranks[0]);
        Assert.Equal(1, (await RankAsync(Texts, weight: 0, request => request with { Aggregation = aggregation })).Ranks[0]);
    }

    [Fact]
    public async Task Run_TwoCandidates_RanksByTheRankerAlone() =>
        Assert.Equal([0, ByPosition.Logit(0, 1), ByPosition.Logit(1, 0), 0], (await RankAsync(Texts[..2], weight: 10, static request => request)).Matrix!);

    [Fact]
    public async Task Run_AgainstAReference_RanksByTheRankerAlone()
    {
        static RankingRequest Against(RankingRequest request) => request with { Reference = "Paris" };

        Assert.Equal((await RankAsync(Texts, weight: 0, Against)).Scores, (await RankAsync(Texts, weight: 10, Against)).Scores);
    }

    private static Task<RankingResponse> RankAsync(string[] texts, double weight, Func<RankingRequest, RankingRequest> change) =>
        RankingWorkflow.Create(change(new RankingRequest
        {
            Instruction = "What is the capital of France?",
            Candidates = [.. texts.Select(static text => new Candidate(null, text))],
            WithMatrix = true,
        })).RunAsync(new ByPosition(weight), CancellationToken.None);

    // Prefers what comes first.
    private sealed class ByPosition(double weight) : IPairComparer
    {
        public string Name => "by-position";

        public RankerInfo? Info => new(Name, RankerInfo.PairRanker) { ConsensusWeight = weight };

        public int Reused => 0;

        public StepUsage Usage => default;

        public static float Logit(int first, int second) => 0.25f * (second - first);

        public Task<float[]> CompareAsync(CandidatePair[] pairs, CancellationToken cancellationToken) =>
            Task.FromResult(Array.ConvertAll(pairs, static pair => Logit(pair.First, pair.Second)));
    }
}
