using System.Runtime.CompilerServices;
using LLMBlender.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace LLMBlender.Client.Tests;

public sealed class SiloFailureDetectorTests
{
    private static readonly GrainId Grain = GrainId.Create("blend", "1");

    private readonly FakeTimeProvider clock = new();

    [Fact]
    public async Task Call_SilentRoute_IsGivenUpAndRecovers()
    {
        var answer = new TaskCompletionSource();
        using var detector = new SiloFailureDetector(async (_, _) =>
        {
            await answer.Task;
            return [];
        }, clock);
        var never = new TaskCompletionSource<int>();
        var call = detector.CallAsync(Grain, Guid.NewGuid(), _ => never.Task, CancellationToken.None);

        await AdvanceUntilAsync(() => call.IsCompleted);
        await Assert.ThrowsAsync<RouteLostException>(() => call);
        Assert.True(detector.IsLost(Grain));

        answer.SetResult();
        await Waiting.UntilAsync(() => !detector.IsLost(Grain), "the route is found again");
        Assert.Equal(7, await detector.CallAsync(Grain, Guid.NewGuid(), _ => Task.FromResult(7), CancellationToken.None));
    }

    [Fact]
    public async Task Call_SlowButAlive_IsWaitedFor()
    {
        using var detector = new SiloFailureDetector((_, _) => Task.FromResult<Guid[]>([]), clock);
        var slow = new TaskCompletionSource<int>();
        var call = detector.CallAsync(Grain, Guid.NewGuid(), _ => slow.Task, CancellationToken.None);

        // Ticks as long as they take; between two of them the ping's answer comes in.
        for (var tick = 0; tick < 20; tick++)
        {
            clock.Advance(SiloFailureDetector.Interval);
            await Task.Yield();
            await Task.Delay(5);
        }

        slow.SetResult(7);
        Assert.Equal(7, await call);
    }

    [Fact]
    public async Task Call_OtherRoutesSilent_GoesOn()
    {
        var silent = GrainId.Create("blend", "2");
        using var detector = new SiloFailureDetector(
            (grain, _) => grain == silent ? new TaskCompletionSource<Guid[]>().Task : Task.FromResult<Guid[]>([]), clock);
        var slow = new TaskCompletionSource<int>();
        var good = detector.CallAsync(Grain, Guid.NewGuid(), _ => slow.Task, CancellationToken.None);
        var bad = detector.CallAsync(silent, Guid.NewGuid(), _ => new TaskCompletionSource<int>().Task, CancellationToken.None);

        await AdvanceUntilAsync(() => bad.IsCompleted);

        await Assert.ThrowsAsync<RouteLostException>(() => bad);
        Assert.False(good.IsCompleted);
        slow.SetResult(7);
        Assert.Equal(7, await good);
    }

    [Fact]
    public async Task Call_UnknownToARouteThatAnswers_IsGivenUpAlone()
    {
        var (lost, kept) = (Guid.NewGuid(), Guid.NewGuid());
        using var detector = new SiloFailureDetector((_, calls) => Task.FromResult(Array.FindAll(calls, call => call == lost)), clock);
        var slow = new TaskCompletionSource<int>();
        var good = detector.CallAsync(Grain, kept, _ => slow.Task, CancellationToken.None);
        var bad = detector.CallAsync(Grain, lost, _ => new TaskCompletionSource<int>().Task, CancellationToken.None);

        await AdvanceUntilAsync(() => bad.IsCompleted);

        await Assert.ThrowsAsync<RouteLostException>(() => bad);
        Assert.False(detector.IsLost(Grain));
        slow.SetResult(7);
        Assert.Equal(7, await good);
    }

    [Fact]
    public async Task Call_CallerGivesUp_IsCancelledAndNotLost()
    {
        using var detector = new SiloFailureDetector((_, _) => Task.FromResult<Guid[]>([]), clock);
        using var caller = new CancellationTokenSource();
        var token = CancellationToken.None;
        var call = detector.CallAsync(
            Grain,
            Guid.NewGuid(),
            given =>
            {
                token = given;
                return new TaskCompletionSource<int>().Task;
            },
            caller.Token);

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.True(token.IsCancellationRequested);
        Assert.False(detector.IsLost(Grain));
    }

    // The call is given up and then fails before its caller continues: the exception must not stay unobserved.
    [Fact]
    public void Call_AnswerFailsJustAsItIsGivenUp_IsObserved()
    {
        var unobserved = 0;
        void Count(object? sender, UnobservedTaskExceptionEventArgs failure) =>
            unobserved += failure.Exception.InnerExceptions.OfType<TooLateException>().Count();
        TaskScheduler.UnobservedTaskException += Count;
        try
        {
            GiveUpAndFail();
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Count;
        }

        Assert.Equal(0, unobserved);
    }

    // A method of its own, so that nothing holds its tasks any more when it has ended.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void GiveUpAndFail()
    {
        using var detector = new SiloFailureDetector((_, _) => Task.FromResult<Guid[]>([]), clock);
        using var caller = new CancellationTokenSource();
        var answer = new TaskCompletionSource<int>();
        var (later, before) = (new Postponed(), SynchronizationContext.Current);
        SynchronizationContext.SetSynchronizationContext(later);
        var call = detector.CallAsync(Grain, Guid.NewGuid(), _ => answer.Task, caller.Token);
        SynchronizationContext.SetSynchronizationContext(before);

        caller.Cancel();
        answer.SetException(new TooLateException());
        Assert.False(call.IsCompleted);
        later.Run();

        Assert.True(call.IsCanceled);
    }

    private Task AdvanceUntilAsync(Func<bool> condition) => Waiting.UntilAsync(
        () =>
        {
            clock.Advance(SiloFailureDetector.Interval);
            return condition();
        },
        "the silent route is lost");

    private sealed class TooLateException : Exception;

    // What goes on after an await goes on when the test says so.
    private sealed class Postponed : SynchronizationContext
    {
        private readonly Queue<Action> actions = new();

        public override void Post(SendOrPostCallback d, object? state) => actions.Enqueue(() => d(state));

        public void Run()
        {
            while (actions.TryDequeue(out var action))
            {
                action();
            }
        }
    }
}
