using LLMBlender.Abstractions;
using LLMBlender.Core.Ranking;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Judging;
using LLMBlender.Local.Telemetry;
using LLMBlender.TestKit.Fakes;

namespace LLMBlender.Local.Tests.Judging;

public sealed class ChatJudgeTests : IDisposable
{
    private static readonly CandidatePair[] Both = [new(0, 1), new(1, 0)];

    private readonly BlendMetrics metrics = new();

    [Theory]
    [InlineData("A>>B", "B>A", 1.5f)]
    [InlineData("A>B", "A>B", 0f)]
    [InlineData("A>B", "who knows", 1f)]
    [InlineData("who knows", "A>>B", -2f)]
    public async Task Compare_VerdictsOfBothOrders_AreAveraged(string forth, string back, float logit)
    {
        using var deadline = new Deadline(TimeSpan.FromMinutes(1), CancellationToken.None);

        var logits = await Judge(deadline, forth, back).CompareAsync(Both, deadline.Token);

        Assert.Equal([logit, -logit], logits);
    }

    [Fact]
    public async Task Compare_NoVerdictOfAPair_IsEvenWhereAnotherPairHasOne()
    {
        using var deadline = new Deadline(TimeSpan.FromMinutes(1), CancellationToken.None);
        var judge = new ChatJudge(
            new Backend("judge", new FakeChat(prompt => prompt.Contains("third", StringComparison.Ordinal) ? "who knows" : "A>B")),
            "Which?",
            null,
            ["first", "second", "third"],
            metrics,
            deadline);

        var logits = await judge.CompareAsync([new(0, 1), new(0, 2)], deadline.Token);

        Assert.Equal([0f, 0f], logits);
    }

    [Fact]
    public async Task Compare_NoVerdictAtAll_Fails()
    {
        using var deadline = new Deadline(TimeSpan.FromMinutes(1), CancellationToken.None);

        var failure = await Assert.ThrowsAsync<BlendException>(() => Judge(deadline, "who knows", "who knows").CompareAsync(Both, deadline.Token));

        Assert.Equal(("rank", BlendFailureReason.Faulted), (failure.What, failure.Reason));
        Assert.Equal("the judge judge gave no verdict that can be read", failure.Message);
    }

    public void Dispose() => metrics.Dispose();

    // Tells the two orders apart by which candidate comes first.
    private ChatJudge Judge(Deadline deadline, string forth, string back) => new(
        new Backend("judge", new FakeChat(prompt =>
            prompt.IndexOf("first", StringComparison.Ordinal) < prompt.IndexOf("second", StringComparison.Ordinal) ? forth : back)),
        "Which?",
        null,
        ["first", "second"],
        metrics,
        deadline);
}
