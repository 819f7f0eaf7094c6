using System.Diagnostics;
using LLMBlender.Abstractions;
using LLMBlender.Client;
using LLMBlender.Core.Blending;
using LLMBlender.Silo.Comparing;
using LLMBlender.Local.Telemetry;
using Microsoft.Extensions.Logging;

namespace LLMBlender.Silo.Dispatch;

/// <summary>
/// Has comparisons made by the silos that carry accelerators: in shards, one message a silo, and again somewhere else
/// where a shard is lost, refused, failed or late. Safe for concurrent use.
/// </summary>
/// <remarks>
/// <para>A shard has three ways to get a second chance, none of which waits for membership to notice a death:</para>
/// <list type="number">
/// <item>its worker's route is lost (<see cref="SiloFailureDetector"/>), or the worker refuses: others get its pairs;</item>
/// <item>it is late, by what its worker has been taking: another worker gets the same pairs, and the first answer counts;</item>
/// <item>there is no worker left to ask: it waits for one to come, as long as the request has time.</item>
/// </list>
/// </remarks>
internal sealed partial class ShardDispatcher : IDisposable
{
    // A shard that takes this much longer than its worker usually needs is late.
    private const double Lateness = 4;
    private static readonly TimeSpan ShortestPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly WorkerRoster roster;
    private readonly BlendMetrics metrics;
    private readonly ILogger<ShardDispatcher> logger;
    private readonly SiloFailureDetector detector;
    private int turn;

    public ShardDispatcher(WorkerRoster roster, IGrainFactory grains, BlendMetrics metrics, ILogger<ShardDispatcher> logger, TimeProvider clock)
    {
        (this.roster, this.metrics, this.logger) = (roster, metrics, logger);
        detector = new SiloFailureDetector(grains, clock);
    }

    /// <summary>Fills in a round's logits.</summary>
    /// <exception cref="BlendException">Every worker refused for overload, or several failed, or time ran out.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled, or its time is over.</exception>
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
            // Takes what is still under way out of the workers' queues.
            await stop.CancelAsync();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => detector.Dispose();

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

    // One shard, until its logits are there.
    private async Task SettleAsync(
        ComparisonRound round, int[] pairs, Worker worker, RetryState state, Deadline deadline, CancellationToken stop)
    {
        state.Tried(worker);
        var tokens = pairs.Sum(round.Tokens);
        var first = SendAsync(round, pairs, tokens, worker, deadline, stop);
        var patience = PatienceFor(worker, tokens, deadline);
        if (await EndsWithinAsync(first, patience, stop) || Untried(round, state).Count == 0)
        {
            await TakeAsync(round, pairs, await first, state, deadline, stop);
            return;
        }

        LogLate(worker.Silo, pairs.Length, patience);
        metrics.Comparisons.Redispatched("late", pairs.Length);
        worker.Learn(worker.SentTokens, patience);
        using var rest = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var again = RunAsync(round, pairs, state.Copy(), deadline, rest.Token);

        // Not every return waits for it.
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

        // One of the two failed; the other is left.
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
            var shard = round.Shard(pairs, deadline.Remaining);
            var reply = await detector.CallAsync(worker.Grain.GetGrainId(), Guid.NewGuid(), token => worker.Grain.CompareAsync(shard, token), stop);
            if (reply.Logits is { } logits)
            {
                worker.Learn(ahead, Stopwatch.GetElapsedTime(start));
                return logits.Length == pairs.Length
                    ? reply
                    : CompareReply.Faulted($"{worker.Silo} gave {logits.Length} logits for {pairs.Length} pairs");
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

    // A worker known to be lost is asked again as soon as it answers pings; until then the others do its part.
    private List<Worker> Untried(ComparisonRound round, RetryState state) =>
        [.. roster.Carrying(round.Ranker.Version).Where(worker => !state.HasTried(worker) && !IsLost(worker))];

    // Where two workers are as good, each in turn.
    private List<Worker> InTurn(List<Worker> workers)
    {
        var first = (int)((uint)Interlocked.Increment(ref turn) % (uint)workers.Count);
        return [.. workers[first..], .. workers[..first]];
    }

    private bool IsLost(Worker worker) => detector.IsLost(worker.Grain.GetGrainId());

    // Half of what is left at most, so that a second worker has a chance.
    private static TimeSpan PatienceFor(Worker worker, long tokens, Deadline deadline)
    {
        var usual = worker.Expect(tokens) is { } expected ? expected * Lateness : TimeSpan.MaxValue;
        var half = deadline.Remaining / 2;
        var patience = usual < half ? usual : half;
        return patience < ShortestPatience && half > ShortestPatience ? ShortestPatience : patience;
    }

    private string State(ComparisonRound round)
    {
        var workers = roster.Carrying(round.Ranker.Version);
        return $"{workers.Count} silos carry the ranker {round.Ranker.Name}, and {workers.Count(IsLost)} of them don't answer";
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Silo} stopped answering ({Cause}); {Count} comparisons go to others")]
    private partial void LogLost(SiloAddress silo, int count, string cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Silo} is late with {Count} comparisons after {Patience}; another silo is asked for them, too")]
    private partial void LogLate(SiloAddress silo, int count, TimeSpan patience);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Silo} failed with a shard")]
    private partial void LogBroken(Exception e, SiloAddress silo);
}
