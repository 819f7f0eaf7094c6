using System.Runtime.CompilerServices;
using LLMBlender.Client;
using Microsoft.Extensions.Time.Testing;

namespace LLMBlender.Silo.Tests.Client;

public sealed class PathWatchTests
{
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public async Task Call_SilentPath_IsGivenUpAndRecovers()
    {
        var answer = new TaskCompletionSource();
        using var watch = new PathWatch(async (_, _) =>
        {
            await answer.Task;
            return [];
        }, clock);
        var never = new TaskCompletionSource<int>();
        var call = watch.CallAsync("a", Guid.NewGuid(), _ => never.Task, CancellationToken.None);

        await AdvanceUntilAsync(() => call.IsCompleted);
        await Assert.ThrowsAsync<PathLostException>(() => call);
        Assert.True(watch.IsLost("a"));

        answer.SetResult();
        await Waiting.UntilAsync(() => !watch.IsLost("a"), "the path is found again");
        Assert.Equal(7, await watch.CallAsync("a", Guid.NewGuid(), _ => Task.FromResult(7), CancellationToken.None));
    }

    [Fact]
    public async Task Call_SlowButAlive_IsWaitedFor()
    {
        using var watch = new PathWatch((_, _) => Task.FromResult<Guid[]>([]), clock);
        var slow = new TaskCompletionSource<int>();
        var call = watch.CallAsync("a", Guid.NewGuid(), _ => slow.Task, CancellationToken.None);

        // Ticks as long as they take; between two of them the pulse's answer comes in.
        for (var tick = 0; tick < 20; tick++)
        {
            clock.Advance(PathWatch.Interval);
            await Task.Yield();
            await Task.Delay(5);
        }

        slow.SetResult(7);
        Assert.Equal(7, await call);
    }

    [Fact]
    public async Task Call_OtherPathsSilent_GoesOn()
    {
        using var watch = new PathWatch(
            (path, _) => path == "bad" ? new TaskCompletionSource<Guid[]>().Task : Task.FromResult<Guid[]>([]), clock);
        var slow = new TaskCompletionSource<int>();
        var good = watch.CallAsync("good", Guid.NewGuid(), _ => slow.Task, CancellationToken.None);
        var bad = watch.CallAsync("bad", Guid.NewGuid(), _ => new TaskCompletionSource<int>().Task, CancellationToken.None);

        await AdvanceUntilAsync(() => bad.IsCompleted);

        await Assert.ThrowsAsync<PathLostException>(() => bad);
        Assert.False(good.IsCompleted);
        slow.SetResult(7);
        Assert.Equal(7, await good);
    }

    [Fact]
    public async Task Call_UnknownToAPathThatAnswers_IsGivenUpAlone()
    {
        var (lost, kept) = (Guid.NewGuid(), Guid.NewGuid());
        using var watch = new PathWatch((_, calls) => Task.FromResult(Array.FindAll(calls, call => call == lost)), clock);
        var slow = new TaskCompletionSource<int>();
        var good = watch.CallAsync("a", kept, _ => slow.Task, CancellationToken.None);
        var bad = watch.CallAsync("a", lost, _ => new TaskCompletionSource<int>().Task, CancellationToken.None);

        await AdvanceUntilAsync(() => bad.IsCompleted);

        await Assert.ThrowsAsync<PathLostException>(() => bad);
        Assert.False(watch.IsLost("a"));
        slow.SetResult(7);
        Assert.Equal(7, await good);
    }

    [Fact]
    public async Task Call_CallerGivesUp_IsCancelledAndNotLost()
    {
        using var watch = new PathWatch((_, _) => Task.FromResult<Guid[]>([]), clock);
        using var caller = new CancellationTokenSource();
        var token = CancellationToken.None;
        var call = watch.CallAsync(
            "a",
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
        Assert.False(watch.IsLost("a"));
    }

    // The call is given up, and before anybody goes on from there its answer fails: that is nobody's unobserved exception.
    [Fact]
    public void Call_AnswerFailsJustAsItIsGivenUp_IsObserved()
    {
        var unobserved = 0;
        void Hear(object? sender, UnobservedTaskExceptionEventArgs failure) =>
            unobserved += failure.Exception.InnerExceptions.OfType<TooLateException>().Count();
        TaskScheduler.UnobservedTaskException += Hear;
        try
        {
            GiveUpAndFail();
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Hear;
        }

        Assert.Equal(0, unobserved);
    }

    // A method of its own, so that nothing holds its tasks any more when it has ended.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void GiveUpAndFail()
    {
        using var watch = new PathWatch((_, _) => Task.FromResult<Guid[]>([]), clock);
        using var caller = new CancellationTokenSource();
        var answer = new TaskCompletionSource<int>();
        var (later, before) = (new Postponed(), SynchronizationContext.Current);
        SynchronizationContext.SetSynchronizationContext(later);
        var call = watch.CallAsync("a", Guid.NewGuid(), _ => answer.Task, caller.Token);
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
            clock.Advance(PathWatch.Interval);
            return condition();
        },
        "the silent path is lost");

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
