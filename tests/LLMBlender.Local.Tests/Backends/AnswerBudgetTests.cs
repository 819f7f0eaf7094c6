using LLMBlender.Abstractions;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Backends.Answers;
using LLMBlender.Local.Wire;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace LLMBlender.Local.Tests.Backends;

public sealed class AnswerBudgetTests
{
    private readonly FakeTimeProvider time = new();

    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Add_OverTheBound_WaitsForAnotherAnswersEnd()
    {
        var budget = new AnswerBudget(60_000, time);
        using var first = budget.Begin();
        await first.AddAsync(9_000, None);
        using var second = budget.Begin();

        var waiting = second.AddAsync(5_000, None).AsTask();
        Assert.False(waiting.IsCompleted);
        Assert.Equal(1, budget.UsedShare);
        first.Dispose();

        await waiting;
        Assert.Equal(0.5, budget.UsedShare);
    }

    [Fact]
    public async Task Add_NoMemoryInTwoSeconds_FailsAsOverloadedAndTakesNone()
    {
        var budget = new AnswerBudget(60_000, time);
        using var first = budget.Begin();
        await first.AddAsync(10_000, None);
        using var second = budget.Begin();

        var waiting = second.AddAsync(1, None).AsTask();
        time.Advance(TimeSpan.FromSeconds(2));
        var e = await Assert.ThrowsAsync<BackendException>(() => waiting);

        Assert.Equal((BlendFailureReason.Overloaded, TimeSpan.FromSeconds(1)), (e.Reason, e.RetryAfter));
        first.Dispose();
        Assert.Equal(0, budget.UsedShare);
    }

    // Memory goes to few answers, which end, and not to all, none of which would.
    [Fact]
    public async Task Add_ManyWait_TheOldestIsContinuedAndTheOthersFail()
    {
        var budget = new AnswerBudget(60_000, time);
        using var first = budget.Begin();
        using var second = budget.Begin();
        using var third = budget.Begin();
        await third.AddAsync(3_000, None);
        await second.AddAsync(3_000, None);
        await first.AddAsync(3_000, None);

        var (youngest, middle, oldest) = (third.AddAsync(2_000, None).AsTask(), second.AddAsync(2_000, None).AsTask(), first.AddAsync(2_000, None).AsTask());
        time.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<BackendException>(() => youngest);
        await Assert.ThrowsAsync<BackendException>(() => middle);
        Assert.False(oldest.IsCompleted);
        third.Dispose();

        await oldest;
    }

    [Fact]
    public async Task Restart_GivesTheMemoryBack()
    {
        var budget = new AnswerBudget(60_000, time);
        using var answer = budget.Begin();
        await answer.AddAsync(10_000, None);

        answer.Restart();

        Assert.Equal(0, budget.UsedShare);
        await answer.AddAsync(10_000, None);
        Assert.Equal(1, budget.UsedShare);
    }

    [Fact]
    public async Task Add_Cancelled_LeavesTheQueue()
    {
        var budget = new AnswerBudget(60_000, time);
        using var first = budget.Begin();
        await first.AddAsync(10_000, None);
        using var stop = new CancellationTokenSource();
        using var second = budget.Begin();

        var waiting = second.AddAsync(1, stop.Token).AsTask();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        first.Dispose();
        Assert.Equal(0, budget.UsedShare);
    }

    [Fact]
    public void StreamedAnswer_Pieces_AreAsTheUpdatesOfThem()
    {
        ChatResponseUpdate[] updates =
        [
            new(ChatRole.Assistant, [new TextReasoningContent("Two ")]),
            new(ChatRole.Assistant, [new TextReasoningContent("and two.")]),
            new(ChatRole.Assistant, "Fo"),
            new(ChatRole.Assistant, "ur."),
            new(ChatRole.Assistant, [new FunctionCallContent("id", "add"), new UsageContent(new UsageDetails { InputTokenCount = 3, OutputTokenCount = 4 })])
            {
                FinishReason = ChatFinishReason.ToolCalls,
                AdditionalProperties = new() { ["field"] = "value" },
            },
        ];
        var answer = new StreamedAnswer();
        Assert.Equal(["Two ", "and two.", "", "", ""], updates.Select(answer.Add));

        var (expected, actual) = (updates.ToChatResponse(), answer.ToResponse());

        Assert.Equal((expected.Text, expected.FinishReason), (actual.Text, actual.FinishReason));
        Assert.Equal((3, 4), (actual.Usage!.InputTokenCount, actual.Usage.OutputTokenCount));
        Assert.Equal("value", actual.AdditionalProperties!["field"]);
        var contents = actual.Messages.SelectMany(static message => message.Contents).ToList();
        Assert.Equal("Two and two.", string.Concat(contents.OfType<TextReasoningContent>().Select(static content => content.Text)));
        Assert.Equal("add", Assert.Single(contents.OfType<FunctionCallContent>()).Name);
    }
}
