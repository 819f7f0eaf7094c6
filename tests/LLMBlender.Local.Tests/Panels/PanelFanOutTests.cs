using System.Collections.Concurrent;
using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Panels;
using LLMBlender.Local.Telemetry;
using LLMBlender.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace LLMBlender.Local.Tests.Panels;

public sealed class PanelFanOutTests : IDisposable
{
    private static readonly BlendRequest Request = new() { Instruction = "Which?", Sampling = new Sampling { Seed = 7 } };

    private readonly FakeTimeProvider clock = new();
    private readonly BlendMetrics metrics = new();
    private readonly FakeCaller caller = new();

    [Fact]
    public async Task Ask_QuorumReached_WaitsForTheGraceAlone()
    {
        var panel = new Panel("both", ["quick", "slow"]) { Quorum = 1, Grace = TimeSpan.FromSeconds(2) };
        using var deadline = new Deadline(Request.Timeout, CancellationToken.None, clock);
        await using var reports = FanOut(panel, deadline).AskAsync(0, deadline.Token).GetAsyncEnumerator();
        caller.Answer("quick", "5");

        Assert.True(await reports.MoveNextAsync());
        Assert.Equal(("quick", "5"), (reports.Current.Name, reports.Current.Text));
        var late = reports.MoveNextAsync().AsTask();
        clock.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(late.IsCompleted);
        await AdvanceUntilAsync(late);

        Assert.True(await late);
        Assert.Equal(("slow", BlendFailureReason.TimedOut), (reports.Current.Name, reports.Current.Failure!.Reason));
        Assert.StartsWith("enough others", reports.Current.Failure.Message, StringComparison.Ordinal);
        Assert.False(await reports.MoveNextAsync());
        Assert.True(caller.Calls.Last().Cancellation.IsCancellationRequested);
    }

    [Fact]
    public async Task Ask_RequestTimeIsOver_Throws()
    {
        var panel = new Panel("one", ["slow"]) { TimeShare = 1 };
        using var deadline = new Deadline(TimeSpan.FromSeconds(5), CancellationToken.None, clock);
        var asked = FanOut(panel, deadline).AskAsync(0, deadline.Token).ToListAsync().AsTask();

        await AdvanceUntilAsync(asked);

        var failure = await Assert.ThrowsAsync<BlendException>(() => asked);
        Assert.Equal(("panel", BlendFailureReason.TimedOut), (failure.What, failure.Reason));
        Assert.Equal("no answer within 5 s: panel \"one\" had not finished", failure.Message);
    }

    [Fact]
    public async Task Ask_MemberIsSlow_AsksASecondTime()
    {
        var panel = new Panel("one", ["slow"]) { HedgeBudget = 1, HedgeAfter = TimeSpan.FromSeconds(1) };
        using var deadline = new Deadline(Request.Timeout, CancellationToken.None, clock);
        var asked = FanOut(panel, deadline).AskAsync(0, deadline.Token).ToListAsync().AsTask();
        await Waiting.UntilAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromMilliseconds(500));
                return caller.Calls.Count == 2;
            },
            "the second call");

        caller.Calls.Last().Reply.SetResult(BackendReply.Answered(new Candidate("slow", "5")));

        var report = Assert.Single(await asked);
        Assert.Equal(("5", true), (report.Text, report.Hedged));
    }

    [Fact]
    public async Task Ask_SeveralSamples_HaveTheirOwnNameAndSeed()
    {
        var panel = new Panel("one", ["a"]) { Samples = 2 };
        using var deadline = new Deadline(Request.Timeout, CancellationToken.None, clock);
        var fanOut = FanOut(panel, deadline);
        caller.Answer("a", "5");

        var reports = await fanOut.AskAsync(0, deadline.Token).ToListAsync();

        Assert.Equal(["a", "a#2"], fanOut.Members);
        Assert.Equal(["a", "a#2"], reports.Select(static report => report.Name));
        Assert.Equal([7L, 8L], caller.Calls.Select(static call => call.Request.Sampling!.Seed!.Value));
        Assert.False(fanOut.CanStream);
    }

    [Fact]
    public async Task Ask_Stages_CallsTheMembersOfTheStageAlone()
    {
        var panel = new Panel("three", ["small", "mid"]) { Stages = [["small"], ["mid", "mid"]], Acceptance = new AcceptanceRule(0.9) };
        using var deadline = new Deadline(Request.Timeout, CancellationToken.None, clock);
        var fanOut = FanOut(panel, deadline);
        caller.Answer("small", "5");
        caller.Answer("mid", "6");

        var first = await fanOut.AskAsync(0, deadline.Token).ToListAsync();
        var asked = caller.Calls.Count;
        var second = await fanOut.AskAsync(1, deadline.Token).ToListAsync();

        Assert.Equal(["small", "mid", "mid#2"], fanOut.Members);
        Assert.Equal([["small"], ["mid", "mid#2"]], fanOut.Stages);
        Assert.Equal("small", Assert.Single(first).Name);
        Assert.Equal(1, asked);
        Assert.Equal(["mid", "mid#2"], second.Select(static report => report.Name));
        Assert.Equal([7L, 7L, 8L], caller.Calls.Select(static call => call.Request.Sampling!.Seed!.Value));
    }

    [Fact]
    public async Task Ask_QuorumOfEarlierStages_CountsInTheNext()
    {
        var panel = new Panel("three", ["small", "quick", "slow"]) { Stages = [["small"], ["quick", "slow"]], Quorum = 2, Grace = TimeSpan.FromSeconds(1), Acceptance = new AcceptanceRule(0.9) };
        using var deadline = new Deadline(Request.Timeout, CancellationToken.None, clock);
        var fanOut = FanOut(panel, deadline);
        caller.Answer("small", "5");
        caller.Answer("quick", "6");

        await fanOut.AskAsync(0, deadline.Token).ToListAsync();
        var second = fanOut.AskAsync(1, deadline.Token).ToListAsync().AsTask();
        await AdvanceUntilAsync(second);

        Assert.StartsWith("enough others", (await second)[1].Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ByPrice_Members_AreTheTwoCheapestAndThenOneByOne()
    {
        var panel = new Panel("all", ["large", "small", "mid"]) { Samples = 1 }.ByPrice(static name => name.Length * (name == "large" ? 10 : 1));

        Assert.Equal([["mid", "small"], ["large"]], panel.Stages);
    }

    public void Dispose() => metrics.Dispose();

    private PanelFanOut FanOut(Panel panel, Deadline deadline) => new(panel, Request, caller, new PanelRegistry(), metrics.Panels, deadline, clock, static (_, _) => throw new NotSupportedException());

    private Task AdvanceUntilAsync(Task done) => Waiting.UntilAsync(
        () =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(500));
            return done.IsCompleted;
        },
        "the time is over");

    private sealed record Call(BackendRequest Request, TaskCompletionSource<BackendReply> Reply, CancellationToken Cancellation);

    /// <summary>Backends that answer when a test says so.</summary>
    private sealed class FakeCaller : IBackendCaller
    {
        private readonly ConcurrentDictionary<string, string> answers = new();

        public ConcurrentQueue<Call> Calls { get; } = new();

        public void Answer(string backend, string text) => answers[backend] = text;

        public async Task<BackendReply> AskAsync(string backend, BackendRequest request, CancellationToken cancellationToken)
        {
            var call = new Call(request, new(), cancellationToken);
            Calls.Enqueue(call);
            return answers.TryGetValue(backend, out var text)
                ? BackendReply.Answered(new Candidate(backend, text))
                : await call.Reply.Task.WaitAsync(cancellationToken);
        }

        public IAsyncEnumerable<BackendUpdate> StreamAsync(string backend, BackendRequest request, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
