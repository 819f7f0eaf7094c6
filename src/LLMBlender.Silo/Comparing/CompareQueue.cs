using System.Diagnostics;
using LLMBlender.Abstractions;
using LLMBlender.Local.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LLMBlender.Silo.Comparing;

/// <summary>
/// The queue of a silo's comparisons, shared by all requests and accelerators. An accelerator takes the first pairs of any requests,
/// up to the size of one call, so that batches are full even if requests are small. A call takes about half a second, because all that is in it is answered at its end,
/// and a ranking that is cancelled is computed to the end of its call.
/// </summary>
/// <remarks>
/// In the order in which the rankings began, so that under overload those that began are completed before others begin. Bounded: a shard that would wait for
/// more than two fifths of its ranking's time, or could not be compared in time, is refused immediately. A cancelled shard is removed from the queue.
/// Each accelerator has a thread outside the grains' scheduler. Safe for concurrent use.
/// </remarks>
internal sealed partial class CompareQueue : IDisposable
{
    // Of a ranking's time, the share for which a shard may wait. The rest is for its later rounds; and after half of its time, it would be sent to another silo too.
    private const double MaxShareOfTime = 0.4;

    private static readonly TimeSpan ShortestRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);

    private readonly IReadOnlyList<AcceleratorRankers> accelerators;
    private readonly CompareQueueOptions options;
    private readonly BlendMetrics metrics;
    private readonly ILogger<CompareQueue> logger;
    private readonly LinkedList<QueuedShard> shards = new();
    private readonly object gate = new();
    private readonly Thread[] threads;
    private readonly CallSpeed[][] speeds;
    private readonly long[] waitingOfRanker;
    private readonly AcceleratorCounters[] counters;
    private long waitingTokens;
    private bool stopped;

    public CompareQueue(IReadOnlyList<AcceleratorRankers> accelerators, IOptions<CompareQueueOptions> options, BlendMetrics metrics, ILogger<CompareQueue> logger)
    {
        (this.accelerators, this.options, this.metrics, this.logger) = (accelerators, options.Value, metrics, logger);
        speeds = [.. accelerators.Select(static accelerator => Array.ConvertAll([.. accelerator.Rankers], static _ => new CallSpeed()))];
        waitingOfRanker = new long[accelerators.Count > 0 ? accelerators[0].Rankers.Count : 0];
        counters = [.. accelerators.Select(static accelerator => new AcceleratorCounters(accelerator.Name, accelerator.Rankers.Select(static ranker => ranker.Identity.Name)))];
        threads = [.. accelerators.Select((accelerator, i) => new Thread(() => Work(i)) { IsBackground = true, Name = $"compare {accelerator.Name}" })];
        foreach (var thread in threads)
        {
            thread.Start();
        }

        if (accelerators.Count > 0)
        {
            metrics.Queue.Observe(() => WaitingTokens, () => WaitingShards, MaxTokens, counters);
        }
    }

    /// <summary>Shards with pairs that wait for an accelerator.</summary>
    public int WaitingShards
    {
        get
        {
            lock (gate)
            {
                return shards.Count;
            }
        }
    }

    /// <summary>Maximum number of waiting tokens.</summary>
    public long MaxTokens => options.MaxTokens;

    /// <summary>Tokens that wait for an accelerator.</summary>
    public long WaitingTokens => Interlocked.Read(ref waitingTokens);

    /// <summary>Returns the counters of each accelerator.</summary>
    public AcceleratorReport[] Accelerators() =>
        [.. accelerators.Select((accelerator, i) => new AcceleratorReport(accelerator.Name, counters[i].BusySeconds, counters[i].Comparisons))];

    /// <summary>Compares a shard's pairs.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="cancellationToken">Removes the shard from the queue.</param>
    public async Task<CompareReply> CompareAsync(CompareShard shard, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var ranker = Find(shard.Ranker);
        if (ranker < 0)
        {
            return CompareReply.NotHere($"no accelerator of this silo has loaded ranker version {shard.Ranker}");
        }

        using var span = BlendTracing.Start("compare", NameOf(ranker))?.SetTag("llmblender.comparisons", shard.Pairs.Length / 2);

        // What is refused anyway is not encoded.
        if (TryRefuse(ranker, shard) is { } early)
        {
            span.Fail(early.Reason);
            return early;
        }

        // Encoding is CPU-bound and must not block the grain's scheduler.
        var queued = await Task.Run(() => Encode(ranker, shard), cancellationToken);
        if (TryRefuse(queued, shard) is { } refusal)
        {
            span.Fail(refusal.Reason);
            return refusal;
        }

        await using (cancellationToken.UnsafeRegister(_ => Cancel(queued, cancellationToken), null))
        {
            var reply = await queued.Reply;
            if (reply.Logits is null)
            {
                span.Fail(reply.Reason);
            }
            else
            {
                metrics.Queue.Answered(Stopwatch.GetElapsedTime(start).TotalSeconds, NameOf(ranker));
            }

            return reply;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            stopped = true;
            Monitor.PulseAll(gate);
        }

        foreach (var thread in threads)
        {
            thread.Join();
        }

        foreach (var shard in shards)
        {
            shard.Fail("the silo was stopped");
        }
    }

    private int Find(string version)
    {
        for (var i = 0; accelerators.Count > 0 && i < accelerators[0].Rankers.Count; i++)
        {
            if (accelerators[0].Rankers[i].Identity.Version == version)
            {
                return i;
            }
        }

        return -1;
    }

    private string NameOf(int ranker) => accelerators[0].Rankers[ranker].Identity.Name;

    private QueuedShard Encode(int ranker, CompareShard shard)
    {
        var record = accelerators[0].Rankers[ranker].Ranker.Encode(shard.Source, shard.Candidates);
        var lengths = new int[shard.Pairs.Length / 2];
        for (var i = 0; i < lengths.Length; i++)
        {
            lengths[i] = record.PairLength(shard.Pairs[2 * i], shard.Pairs[(2 * i) + 1]);
        }

        return new QueuedShard(ranker, record, shard.Pairs, lengths, QueuedShard.StartOf(shard));
    }

    // Without its tokens, which encoding counts.
    private CompareReply? TryRefuse(int ranker, CompareShard shard)
    {
        lock (gate)
        {
            return TryRefuse(ranker, shard, FindPlace(QueuedShard.StartOf(shard)).Ahead, 0);
        }
    }

    private CompareReply? TryRefuse(QueuedShard queued, CompareShard shard)
    {
        lock (gate)
        {
            var (next, ahead) = FindPlace(queued.RankingStart);
            if (TryRefuse(queued.Ranker, shard, ahead, queued.WaitingTokens) is { } refusal)
            {
                return refusal;
            }

            queued.Place = next is null ? shards.AddLast(queued) : shards.AddBefore(next, queued);
            AddWaiting(queued.Ranker, queued.WaitingTokens);
            Monitor.Pulse(gate);
            return null;
        }
    }

    // Only within the gate.
    private CompareReply? TryRefuse(int ranker, CompareShard shard, TimeSpan ahead, long tokens)
    {
        var maxWait = (shard.Timeout + shard.Elapsed) * MaxShareOfTime;
        var isLate = ahead > maxWait || ahead + Time(ranker, tokens) > shard.Timeout;
        if (waitingTokens == 0 || !(isLate || waitingTokens + tokens > options.MaxTokens))
        {
            return null;
        }

        metrics.Silo.Refused(isLate ? SiloMetrics.QueueLate : SiloMetrics.QueueFull);
        var wait = TimeOfAll();
        var retry = wait / 2;
        retry = retry < ShortestRetry ? ShortestRetry : retry > LongestRetry ? LongestRetry : retry;
        return CompareReply.Overloaded(retry, $"{waitingTokens:N0} tokens of comparisons are waiting, about {wait.TotalSeconds:0.0} s of work");
    }

    // Returns the first shard of a younger ranking, null if there is none, and the time that those before it take. Most shards are of the youngest ranking or of
    // one of the oldest.
    private (LinkedListNode<QueuedShard>? Next, TimeSpan Ahead) FindPlace(long rankingStart)
    {
        if (shards.Last is not { } last || last.Value.RankingStart <= rankingStart)
        {
            return (null, TimeOfAll());
        }

        var ahead = TimeSpan.Zero;
        var next = shards.First!;
        while (next.Value.RankingStart <= rankingStart)
        {
            ahead += Time(next.Value.Ranker, next.Value.WaitingTokens);
            next = next.Next!;
        }

        return (next, ahead);
    }

    private TimeSpan TimeOfAll()
    {
        var time = TimeSpan.Zero;
        for (var ranker = 0; ranker < waitingOfRanker.Length; ranker++)
        {
            time += Time(ranker, waitingOfRanker[ranker]);
        }

        return time;
    }

    // Zero while the speed is not known.
    private TimeSpan Time(int ranker, long tokens)
    {
        var speed = 0.0;
        foreach (var accelerator in speeds)
        {
            speed += accelerator[ranker].TokensPerSecond;
        }

        return speed > 0 ? TimeSpan.FromSeconds(Math.Min(tokens / speed, 3600)) : TimeSpan.Zero;
    }

    private void AddWaiting(int ranker, long tokens)
    {
        waitingTokens += tokens;
        waitingOfRanker[ranker] += tokens;
    }

    private void Cancel(QueuedShard queued, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            Remove(queued);
        }

        queued.Cancel(cancellationToken);
    }

    private void Remove(QueuedShard queued)
    {
        if (queued.Place is { } place)
        {
            shards.Remove(place);
            queued.Place = null;
            AddWaiting(queued.Ranker, -queued.WaitingTokens);
        }
    }

    private void Work(int accelerator)
    {
        var call = new CompareCall();
        while (Take(call, accelerator))
        {
            if (call.Count == 0)
            {
                // All waiting shards were cancelled.
                continue;
            }

            var start = Stopwatch.GetTimestamp();
            var computed = Run(call, accelerators[accelerator]);
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            speeds[accelerator][call.Ranker].Add(call.Tokens, seconds);
            counters[accelerator].Called(call.Ranker, call.Count, call.Tokens, computed, seconds);
            if (metrics.Queue.IsWatched)
            {
                Count(call, accelerators[accelerator], start, seconds);
            }
        }
    }

    // Waits for work; false if the queue is stopped.
    private bool Take(CompareCall call, int accelerator)
    {
        call.Clear();
        lock (gate)
        {
            while (shards.Count == 0 && !stopped)
            {
                Monitor.Wait(gate);
            }

            if (stopped)
            {
                return false;
            }

            Fill(call, accelerator);
            return true;
        }
    }

    private void Fill(CompareCall call, int accelerator)
    {
        call.Ranker = shards.First!.Value.Ranker;
        var room = Math.Min(accelerators[accelerator].Rankers[call.Ranker].CallTokens, speeds[accelerator][call.Ranker].CallTokens);
        for (var node = shards.First; node is not null && call.Tokens < room;)
        {
            var (shard, next) = (node.Value, node.Next);
            if (shard.IsOver)
            {
                Remove(shard);
            }
            else if (shard.Ranker == call.Ranker)
            {
                while (shard.Taken < shard.Count && (call.Count == 0 || call.Tokens + shard.NextLength <= room))
                {
                    var length = shard.NextLength;
                    AddWaiting(shard.Ranker, -length);
                    call.Add(shard, shard.Take(), length);
                }

                if (shard.Taken < shard.Count)
                {
                    return;
                }

                shards.Remove(node);
                shard.Place = null;
            }

            node = next;
        }
    }

    private long Run(CompareCall call, AcceleratorRankers accelerator)
    {
        var loaded = accelerator.Rankers[call.Ranker];
        using var span = BlendTracing.HasListeners ? Begin(call, accelerator.Name, loaded.Identity.Name) : null;
        try
        {
            return call.Compare(loaded.Ranker);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            metrics.Queue.Failed(accelerator.Name, loaded.Identity.Name);
            span.Fail(e);
            LogFailed(e, accelerator.Name, loaded.Identity.Name);
            return call.CompareShardByShard(loaded.Ranker);
        }
    }

    private static Activity? Begin(CompareCall call, string accelerator, string ranker) =>
        BlendTracing.StartShared("compare batch", call.Shards.Select(static shard => shard.Trace))?
            .SetTag("llmblender.accelerator", accelerator)
            .SetTag("llmblender.ranker", ranker)
            .SetTag("llmblender.comparisons", call.Count)
            .SetTag("llmblender.tokens", call.Tokens);

    private void Count(CompareCall call, AcceleratorRankers accelerator, long start, double seconds)
    {
        foreach (var shard in call.Begun)
        {
            metrics.Queue.Waited(Stopwatch.GetElapsedTime(shard.Arrived, start).TotalSeconds);
        }

        metrics.Queue.Called(accelerator.Name, accelerator.Rankers[call.Ranker].Identity.Name, call.Count, call.Tokens, seconds);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "a call of ranker {Ranker} on {Accelerator} failed; its shards are compared one by one")]
    private partial void LogFailed(Exception e, string accelerator, string ranker);
}
