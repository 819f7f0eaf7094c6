using System.Diagnostics;
using LLMBlender.Abstractions;
using LLMBlender.Client;
using LLMBlender.Core.Blending;
using LLMBlender.Silo.Comparing;
using LLMBlender.Local.Telemetry;
using LLMBlender.Silo.Placement;
using Microsoft.Extensions.Logging;

namespace LLMBlender.Silo.Dispatch;

/// <summary>
/// Sends comparisons to worker silos in shards, one message for each silo, and sends a shard that is lost, refused, failed or late
/// to another worker. Safe for concurrent use.
/// </summary>
/// <remarks>
/// <para>A shard is retried in three cases, none of which depends on membership to detect a dead silo:</para>
/// <list type="number">
/// <item>its worker's route is lost (<see cref="SiloFailureDetector"/>), or the worker refuses it: its pairs are sent to other workers;</item>
/// <item>it is late compared with its worker's usual time: the same pairs are sent to another worker, and the first reply counts;</item>
/// <item>no worker is left: it waits for one within the request's time.</item>
/// </list>
/// </remarks>
internal sealed partial class ShardDispatcher : IDisposable
{
    // A shard is late after this multiple of its worker's usual time.
    private const double LateFactor = 4;
    private static readonly TimeSpan MinLateAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly WorkerRoster roster;
    private readonly BlendMetrics metrics;
    private readonly ILogger<ShardDispatcher> logger;
    private readonly IGrainFactory grains;
    private readonly SiloFailureDetector detector;
    private int turn;

    public ShardDispatcher(WorkerRoster roster, IGrainFactory grains, BlendMetrics metrics, ILogger<ShardDispatcher> logger, TimeProvider timeProvider)
    {
        (this.roster, this.grains, this.metrics, this.logger) = (roster, grains, metrics, logger);
        detector = new SiloFailureDetector(PingAsync, timeProvider);
    }

    /// <summary>Computes the logits of a round.</summary>
    /// <exception cref="BlendException">All workers are overloaded, several failed, or the request's time limit has passed.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled the request.</exception>
    public async Task CompareAsync(ComparisonRound round, Deadline deadline)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token);
        try
        {
            await RunAsync(round, Indices(round.Pairs.Length), new RetryState(), deadline, stop.Token);
        }
        catch (OperationCanceledException) when (deadline.IsPassed)
        {
            throw BlendException.TimedOut(
                BlendWorkflow.Rank, deadline.Timeout, $"{round.Logits.Count(float.IsNaN)} of {round.Pairs.Length} comparisons were missing; {State(round)}");
        }
        finally
        {
            // Removes remaining shards from the workers' queues.
            await stop.CancelAsync();
        }
    }

    /// <summary>Returns whether there is a worker silo that is not known to be lost.</summary>
    public bool HasWorker() => roster.All().Any(worker => !IsLost(worker));

    /// <inheritdoc/>
    public void Dispose() => detector.Dispose();

    // A silo that has left needs no message to be known as lost, and Orleans logs each message to it as an error.
    private Task<Guid[]> PingAsync(GrainId grain, Guid[] calls) => roster.IsActive(PinnedKey.SiloOf(grain.Key.ToString()!))
        ? grains.GetGrain<IPingExtension>(grain).PingAsync(calls)
        : Task.FromException<Guid[]>(new SiloUnavailableException($"{grain} is not on an active member of the cluster"));

    private async Task RunAsync(ComparisonRound round, int[] pairs, RetryState state, Deadline deadline, CancellationToken stop)
    {
        var workers = Untried(round, state);
        while (workers.Count == 0)
        {
            state.ThrowIfExhausted();
            await Task.Delay(Pause, stop);
            state.Reset();
            workers = Untried(round, state);
        }

        workers = InTurn(workers);
        if (round.IsWhole)
        {
            workers = [workers.MinBy(static worker => (double)worker.SentTokens / worker.Weight)!];
        }

        var shares = ShardPlan.Split(
            Array.ConvertAll(pairs, round.Tokens), [.. workers.Select(worker => worker.SentTokens)], [.. workers.Select(worker => worker.Weight)]);
        var shards = new List<Task>();
        for (var i = 0; i < workers.Count; i++)
        {
            if (shares[i].Length > 0)
            {
                var share = Array.ConvertAll(shares[i], place => pairs[place]);
                shards.Add(SettleAsync(round, share, workers[i], state.Copy(), deadline, stop));
            }
        }

        await WhenAllOrFirstFailure(shards);
    }

    // Sends one shard, and again if necessary, until its logits are set.
    private async Task SettleAsync(
        ComparisonRound round, int[] pairs, Worker worker, RetryState state, Deadline deadline, CancellationToken stop)
    {
        state.Tried(worker);
        var tokens = pairs.Sum(round.Tokens);
        var first = SendAsync(round, pairs, tokens, worker, deadline, stop);
        var lateAfter = LateAfter(worker, tokens, deadline);
        if (await EndsWithinAsync(first, lateAfter, stop) || Untried(round, state).Count == 0)
        {
            await TakeAsync(round, pairs, await first, state, deadline, stop);
            return;
        }

        LogLate(worker.Silo, pairs.Length, lateAfter);
        metrics.Comparisons.Redispatched("late", pairs.Length);
        worker.Learn(worker.SentTokens, lateAfter);
        using var rest = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var again = RunAsync(round, pairs, state.Copy(), deadline, rest.Token);

        // Not every path awaits it.
        Observe(again);
        var winner = await Task.WhenAny(first, again);
        if (winner == again && again.IsCompletedSuccessfully)
        {
            return;
        }

        if (winner == first && (await first).Logits is { } logits)
        {
            await rest.CancelAsync();
            Fill(round, pairs, logits);
            return;
        }

        // One of the two failed; await the other.
        if (winner == first)
        {
            await again;
        }
        else
        {
            await TakeAsync(round, pairs, await first, state, deadline, stop);
        }
    }

    private async Task TakeAsync(
        ComparisonRound round, int[] pairs, CompareReply reply, RetryState state, Deadline deadline, CancellationToken stop)
    {
        if (reply.Logits is { } logits)
        {
            Fill(round, pairs, logits);
            return;
        }

        state.Record(reply);
        metrics.Comparisons.Redispatched(FailureReasonLabels.Of(reply.Reason), pairs.Length);
        await RunAsync(round, pairs, state, deadline, stop);
    }

    private async Task<CompareReply> SendAsync(
        ComparisonRound round, int[] pairs, long tokens, Worker worker, Deadline deadline, CancellationToken stop)
    {
        worker.Send(tokens);
        var (ahead, start) = (worker.SentTokens, Stopwatch.GetTimestamp());
        try
        {
            var shard = round.Shard(pairs, deadline);
            var reply = await detector.CallAsync(worker.Grain.GetGrainId(), Guid.NewGuid(), token => worker.Grain.CompareAsync(shard, token), stop);
            if (reply.Logits is { } logits)
            {
                worker.Learn(ahead, Stopwatch.GetElapsedTime(start));
                return logits.Length == pairs.Length
                    ? reply
                    : CompareReply.Faulted($"{worker.Silo} returned {logits.Length} logits for {pairs.Length} pairs");
            }

            return reply;
        }
        catch (RouteLostException e)
        {
            LogLost(worker.Silo, pairs.Length, e.InnerException!.GetType().Name);
            return CompareReply.NotHere($"{worker.Silo} stopped answering");
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            LogBroken(e, worker.Silo);
            return CompareReply.Faulted($"{worker.Silo} failed: {e.Message}");
        }
        finally
        {
            worker.Receive(tokens);
        }
    }

    // A lost worker is used again when it answers pings.
    private List<Worker> Untried(ComparisonRound round, RetryState state) =>
        [.. roster.Carrying(round.Ranker.Version).Where(worker => !state.HasTried(worker) && !IsLost(worker))];

    // Rotates the workers, so that equally loaded workers are used in turn.
    private List<Worker> InTurn(List<Worker> workers)
    {
        var first = (int)((uint)Interlocked.Increment(ref turn) % (uint)workers.Count);
        return [.. workers[first..], .. workers[..first]];
    }

    private bool IsLost(Worker worker) => detector.IsLost(worker.Grain.GetGrainId());

    // At most half of the remaining time, so that a second worker has enough time.
    private static TimeSpan LateAfter(Worker worker, long tokens, Deadline deadline)
    {
        var usual = worker.Expect(tokens) is { } expected ? expected * LateFactor : TimeSpan.MaxValue;
        var half = deadline.Remaining / 2;
        var lateAfter = usual < half ? usual : half;
        return lateAfter < MinLateAfter && half > MinLateAfter ? MinLateAfter : lateAfter;
    }

    private string State(ComparisonRound round)
    {
        var workers = roster.Carrying(round.Ranker.Version);
        return $"{workers.Count} silos have loaded the ranker {round.Ranker.Name}, and {workers.Count(IsLost)} of them do not respond";
    }

    private static void Fill(ComparisonRound round, int[] pairs, float[] logits)
    {
        for (var i = 0; i < pairs.Length; i++)
        {
            round.Logits[pairs[i]] = logits[i];
        }
    }

    private static async Task<bool> EndsWithinAsync(Task task, TimeSpan time, CancellationToken stop)
    {
        try
        {
            await task.WaitAsync(time, stop);
            return true;
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            return false;
        }
    }

    private static async Task WhenAllOrFirstFailure(List<Task> tasks)
    {
        var left = new List<Task>(tasks);
        try
        {
            while (left.Count > 0)
            {
                var done = await Task.WhenAny(left);
                left.Remove(done);
                await done;
            }
        }
        finally
        {
            left.ForEach(Observe);
        }
    }

    private static void Observe(Task task) => task.ContinueWith(
        static late => _ = late.Exception,
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);

    private static int[] Indices(int count)
    {
        var indices = new int[count];
        for (var i = 0; i < count; i++)
        {
            indices[i] = i;
        }

        return indices;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Silo} stopped answering ({Cause}); {Count} comparisons are sent to other silos")]
    private partial void LogLost(SiloAddress silo, int count, string cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Silo} is late with {Count} comparisons after {LateAfter}; they are also sent to another silo")]
    private partial void LogLate(SiloAddress silo, int count, TimeSpan lateAfter);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Silo} failed to compare a shard")]
    private partial void LogBroken(Exception e, SiloAddress silo);
}
