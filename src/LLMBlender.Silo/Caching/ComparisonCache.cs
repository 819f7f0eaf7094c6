using LLMBlender.Abstractions;
using LLMBlender.Core.Ranking;
using LLMBlender.Local.Comparing;
using LLMBlender.Local.Telemetry;
using LLMBlender.Silo.Dispatch;

namespace LLMBlender.Silo.Caching;

/// <summary>
/// Returns comparisons from the cheapest source: this process's memory, another request that waits for the same pair, the
/// cluster's shared store, and only then the accelerators. Safe for concurrent use.
/// </summary>
/// <remarks>
/// All rankings of a source run on one silo (<see cref="Placement.HomePlacement"/>), so that a pair that concurrent requests need
/// is computed once in the cluster, without locks in a store that may be unavailable.
/// </remarks>
internal sealed class ComparisonCache
{
    private readonly LogitMemory memory;
    private readonly IComparisonStore store;
    private readonly ShardDispatcher dispatcher;
    private readonly ComparisonMetrics metrics;
    private readonly Dictionary<ComparisonKey, (InFlightBatch Batch, int Slot)> batches = [];
    private readonly Lock gate = new();

    public ComparisonCache(LogitMemory memory, IComparisonStore store, ShardDispatcher dispatcher, BlendMetrics metrics)
    {
        (this.memory, this.store, this.dispatcher, this.metrics) = (memory, store, dispatcher, metrics.Comparisons);
        metrics.Comparisons.Observe(() => memory.Count, memory.Capacity);
    }

    /// <summary>Returns the logits of pairs.</summary>
    /// <param name="ranker">The ranker.</param>
    /// <param name="source">Instruction and input.</param>
    /// <param name="candidates">The candidates' texts.</param>
    /// <param name="keys">Creates the pairs' keys.</param>
    /// <param name="pairs">The pairs.</param>
    /// <param name="deadline">The request's deadline.</param>
    /// <returns>A logit for each pair, and the number of pairs that were not computed for this request.</returns>
    public async Task<(float[] Logits, int Reused)> CompareAsync(
        RankerIdentity ranker, string source, string[] candidates, ComparisonKeys keys, CandidatePair[] pairs, Deadline deadline)
    {
        var logits = new float[pairs.Length];
        var names = Array.ConvertAll(pairs, keys.Of);
        var open = new List<int>(pairs.Length);
        for (var i = 0; i < pairs.Length; i++)
        {
            open.Add(i);
        }

        var computed = 0;
        while (open.Count > 0)
        {
            var batch = new InFlightBatch(open.Count);
            var joined = Sort(names, open, logits, batch);
            if (batch.Count > 0)
            {
                computed += await FetchAsync(batch, ranker, source, candidates, pairs, logits, deadline);
            }

            open = await JoinAsync(joined, logits, deadline);
        }

        metrics.Compared(ComparisonMetrics.Computed, computed);
        return (logits, pairs.Length - computed);
    }

    // Sets the logits of pairs in memory, joins pairs that another request is fetching, and adds the others to this request's batch.
    private List<(int Place, InFlightBatch Batch, int Slot)> Sort(ComparisonKey[] names, List<int> open, float[] logits, InFlightBatch own)
    {
        var joined = new List<(int, InFlightBatch, int)>();
        var inMemory = 0;
        lock (gate)
        {
            foreach (var place in open)
            {
                if (memory.TryFind(names[place], out logits[place]))
                {
                    inMemory++;
                }
                else if (batches.TryGetValue(names[place], out var other))
                {
                    // Also the same pair twice in one request: equal candidates have equal keys.
                    joined.Add((place, other.Batch, other.Slot));
                }
                else
                {
                    batches[names[place]] = (own, own.Count);
                    own.Add(names[place], place);
                }
            }
        }

        metrics.Compared(ComparisonMetrics.Memory, inMemory);
        metrics.LookedUp(ComparisonMetrics.Memory, inMemory, open.Count - inMemory);
        return joined;
    }

    private async Task<int> FetchAsync(
        InFlightBatch batch,
        RankerIdentity ranker,
        string source,
        string[] candidates,
        CandidatePair[] pairs,
        float[] logits,
        Deadline deadline)
    {
        try
        {
            var found = await store.ReadAsync(batch.Keys, batch.Logits, deadline.Token);
            metrics.Compared(ComparisonMetrics.Redis, found);
            var missing = batch.Missing();
            if (missing.Length > 0)
            {
                var round = new ComparisonRound(ranker, source, candidates, Array.ConvertAll(missing, slot => pairs[batch.PlaceOf(slot)]));
                await dispatcher.CompareAsync(round, deadline);
                batch.Fill(missing, round.Logits);
                store.Write(Array.ConvertAll(missing, slot => batch.Keys.Span[slot]), round.Logits);
            }

            Complete(batch, logits);
            return missing.Length;
        }
        catch (Exception e)
        {
            Fail(batch);
            if (e is not OperationCanceledException)
            {
                metrics.Compared(ComparisonMetrics.Failed, batch.Missing().Length);
            }

            throw;
        }
    }

    // Adds logits to memory before the batch is removed, so that each pair is always in one of them.
    private void Complete(InFlightBatch batch, float[] logits)
    {
        var keys = batch.Keys.Span;
        var values = batch.Logits.Span;
        for (var slot = 0; slot < keys.Length; slot++)
        {
            memory.Keep(keys[slot], values[slot]);
            logits[batch.PlaceOf(slot)] = values[slot];
        }

        Remove(batch);
        batch.Complete();
    }

    private void Fail(InFlightBatch batch)
    {
        Remove(batch);
        batch.Fail();
    }

    private void Remove(InFlightBatch batch)
    {
        lock (gate)
        {
            foreach (var key in batch.Keys.Span)
            {
                batches.Remove(key);
            }
        }
    }

    // Returns the pairs of batches that failed or whose request was cancelled.
    private async Task<List<int>> JoinAsync(List<(int Place, InFlightBatch Batch, int Slot)> joined, float[] logits, Deadline deadline)
    {
        var open = new List<int>();
        foreach (var (place, batch, slot) in joined)
        {
            if (await batch.Done.WaitAsync(deadline.Token))
            {
                logits[place] = batch.Logits.Span[slot];
            }
            else
            {
                open.Add(place);
            }
        }

        metrics.Compared(ComparisonMetrics.Joined, joined.Count - open.Count);
        return open;
    }

    /// <summary>Comparisons that one request fetches and that other requests can wait for.</summary>
    /// <param name="capacity">Maximum number of comparisons.</param>
    private sealed class InFlightBatch(int capacity)
    {
        private readonly TaskCompletionSource<bool> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<ComparisonKey> names = new(capacity);
        private readonly List<int> places = new(capacity);
        private ComparisonKey[]? keys;
        private float[]? logits;

        public int Count => places.Count;

        /// <summary>Completes with true when all logits are set, and with false if the batch failed or was cancelled.</summary>
        public Task<bool> Done => done.Task;

        public ReadOnlyMemory<ComparisonKey> Keys => keys ??= [.. names];

        public Memory<float> Logits => logits ??= NotANumber(places.Count);

        public void Add(ComparisonKey key, int place)
        {
            names.Add(key);
            places.Add(place);
        }

        public int PlaceOf(int slot) => places[slot];

        public int[] Missing()
        {
            var missing = new List<int>();
            var known = Logits.Span;
            for (var slot = 0; slot < known.Length; slot++)
            {
                if (float.IsNaN(known[slot]))
                {
                    missing.Add(slot);
                }
            }

            return [.. missing];
        }

        public void Fill(int[] missing, float[] found)
        {
            for (var i = 0; i < missing.Length; i++)
            {
                Logits.Span[missing[i]] = found[i];
            }
        }

        public void Complete() => done.TrySetResult(true);

        public void Fail() => done.TrySetResult(false);

        private static float[] NotANumber(int count)
        {
            var values = new float[count];
            Array.Fill(values, float.NaN);
            return values;
        }
    }
}
