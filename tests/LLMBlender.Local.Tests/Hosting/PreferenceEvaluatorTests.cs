using LLMBlender.Abstractions;
using LLMBlender.AI.Evaluation;
using LLMBlender.TestKit;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.AI.Evaluation;
using Microsoft.Extensions.DependencyInjection;

namespace LLMBlender.Local.Tests.Hosting;

/// <summary>The evaluator over the packaged ranker, in this process.</summary>
public sealed class PreferenceEvaluatorTests : IAsyncLifetime
{
    private const string Good = "Two and two make four.";
    private const string Bad = "Bananas are yellow.";
    private static readonly ChatMessage[] Question = [new(ChatRole.User, "What is two and two?")];

    private readonly ServiceProvider services = Services();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => services.DisposeAsync();

    [Fact]
    public async Task Evaluate_BetterAndWorseResponse_GivesProbabilitiesThatSumToOne()
    {
        var better = await EvaluateAsync(Good, Bad);
        var worse = await EvaluateAsync(Bad, Good);

        Assert.InRange(better.Value!.Value, 0.5, 1);
        Assert.Equal(1, better.Value.Value + worse.Value!.Value, 5);
        Assert.False(better.Interpretation!.Failed);
        Assert.True(worse.Interpretation!.Failed);
        Assert.Contains("is better than the other one with probability", better.Reason, StringComparison.Ordinal);
        Assert.Equal(Bad, Assert.IsType<OtherResponseContext>(better.Context![OtherResponseContext.ContextName]).Text);
    }

    [Fact]
    public async Task Evaluate_WithoutTheOtherResponse_HasNoValueAndSaysWhy()
    {
        var metric = await EvaluateAsync(Good, null);

        Assert.Null(metric.Value);
        Assert.Contains(metric.Diagnostics!, diagnostic => diagnostic.Message.Contains("has no OtherResponseContext", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Evaluate_ByAnUnknownRanker_HasNoValueAndSaysWhy()
    {
        var metric = await EvaluateAsync(Good, Bad, "nowhere");

        Assert.Null(metric.Value);
        Assert.Contains(metric.Diagnostics!, diagnostic => diagnostic.Message.Contains("nowhere", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Blend_WithoutMembers_IsRefusedAndRanksStill()
    {
        var blender = services.GetRequiredService<IBlender>();

        await Assert.ThrowsAsync<BlendException>(() => blender.BlendAsync(new BlendRequest { Instruction = "Why?" }));
        var ranking = await blender.RankAsync(new RankingRequest { Instruction = Question[0].Text, Candidates = [new Candidate(null, Bad), new Candidate(null, Good)] });
        Assert.Equal([2, 1], ranking.Ranks);
    }

    private static ServiceProvider Services()
    {
        var services = new ServiceCollection().AddLogging();
        services.AddLLMBlender(static options => options.Ranker = Repository.File("models", "reward-minilm"));
        return services.BuildServiceProvider();
    }

    private async Task<NumericMetric> EvaluateAsync(string response, string? other, string? ranker = null)
    {
        var evaluator = new PreferenceEvaluator(services.GetRequiredService<IBlender>(), ranker);
        Assert.Equal([PreferenceEvaluator.MetricName], evaluator.EvaluationMetricNames);
        var result = await evaluator.EvaluateAsync(
            Question, new ChatResponse(new ChatMessage(ChatRole.Assistant, response)), additionalContext: other is null ? [] : [new OtherResponseContext(other)]);
        return result.Get<NumericMetric>(PreferenceEvaluator.MetricName);
    }
}
