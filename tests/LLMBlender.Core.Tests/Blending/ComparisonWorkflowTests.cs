using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Core.Tests.Blending;

public sealed class ComparisonWorkflowTests
{
    // M[a,b] = 1.5 and M[b,a] = -0.25.
    [Theory]
    [InlineData(PairOrder.Ab, 1.5f, 1)]
    [InlineData(PairOrder.Ba, -0.25f, 1)]
    [InlineData(PairOrder.Both, 1.75f, 1)]
    public async Task Run_EachOrder_IsTheReferencesLogit(PairOrder order, float logit, int better)
    {
        var comparer = new TwoLogits(1.5f, -0.25f);

        var response = await ComparisonWorkflow.RunAsync(Request(order), comparer, CancellationToken.None);

        Assert.Equal((logit, better), (response.Logit, response.Better));
        Assert.Equal(order is PairOrder.Both ? 2 : 1, comparer.Compared.Count);
        Assert.Equal((7, 3, 0.5m), (response.PromptTokens, response.CompletionTokens, response.Cost));
    }

    [Theory]
    [InlineData(PairOrder.Ab, 0f, 1f, 0)]
    [InlineData(PairOrder.Ba, 0f, 1f, -1)]
    [InlineData(PairOrder.Both, 0.5f, 0.5f, 0)]
    [InlineData(PairOrder.Both, 0.25f, 0.5f, -1)]
    public async Task Run_TieOrLoss_IsToldWhateverTheOrder(PairOrder order, float forward, float backward, int better)
    {
        var response = await ComparisonWorkflow.RunAsync(Request(order), new TwoLogits(forward, backward), CancellationToken.None);

        Assert.Equal(better, response.Better);
        Assert.False(float.IsNegative(response.Logit) && response.Logit == 0);
    }

    // The mean of both orders is (1.5 + 0.25) / 2; the temperature is 0.5.
    [Theory]
    [InlineData(PairOrder.Ab, 1.5)]
    [InlineData(PairOrder.Ba, 0.25)]
    [InlineData(PairOrder.Both, 0.875)]
    public async Task Run_CalibratedRanker_GivesTheProbabilityThatAIsBetter(PairOrder order, double favour)
    {
        var response = await ComparisonWorkflow.RunAsync(Request(order), new TwoLogits(1.5f, -0.25f), CancellationToken.None);

        Assert.Equal(1 / (1 + Math.Exp(-favour / 0.5)), response.Probability!.Value, 1e-12);
        Assert.Equal(RankerInfo.PairRanker, response.RankerInfo!.Kind);
    }

    [Fact]
    public async Task Run_RankerWithoutCalibration_GivesNoProbability()
    {
        var comparer = new TwoLogits(1, -1) { Info = new RankerInfo("fake", RankerInfo.ChatJudge) };

        Assert.Null((await ComparisonWorkflow.RunAsync(Request(PairOrder.Both), comparer, CancellationToken.None)).Probability);
    }

    [Fact]
    public void Check_NoSource_NamesTheField()
    {
        var problem = Assert.Throws<BlendException>(() => ComparisonWorkflow.Check(Request(PairOrder.Both) with { Instruction = "" }));

        Assert.Equal("instruction", problem.Parameter);
    }

    private static CompareRequest Request(PairOrder order) => new() { Instruction = "Which?", A = "a", B = "b", Order = order };

    private sealed class TwoLogits(float forward, float backward) : IPairComparer
    {
        public List<CandidatePair> Compared { get; } = [];

        public string Name => "fake";

        public RankerInfo? Info { get; init; } = new("fake", RankerInfo.PairRanker) { Temperature = 0.5 };

        public int Reused => 0;

        public StepUsage Usage => new(7, 3, 0.5m);

        public Task<float[]> CompareAsync(CandidatePair[] pairs, CancellationToken cancellationToken)
        {
            Compared.AddRange(pairs);
            return Task.FromResult(Array.ConvertAll(pairs, pair => pair.First == 0 ? forward : backward));
        }
    }
}
