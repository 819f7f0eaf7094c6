using LLMBlender.Abstractions;
using LLMBlender.Core.Ranking;
using LLMBlender.Silo.Comparing;
using LLMBlender.Silo.Dispatch;
using LLMBlender.Local.Telemetry;

namespace LLMBlender.Silo.Caching;

/// <summary>
/// Comparisons from where they are cheapest: this process's memory, another request that is having the same pair compared,
/// the store that the cluster shares, and only then the accelerators. Safe for concurrent use.
/// </summary>
/// <remarks>
/// A source's rankings all come to one silo (<see cref="Placement.HomePlacement"/>), so that a pair that many ask for at once
/// is computed once in the cluster, without locks in a store that may be gone.
/// </remarks>
internal sealed class ComparisonCache
{
    private readonly LogitMemory memory;
    private readonly IComparisonStore store;
    private readonly ShardDispatcher dispatcher;
    private readonly ComparisonMetrics metrics;
    private readonly Dictionary<ComparisonKey, Flight> flights = [];
    private readonly Lock gate = new();

    public ComparisonCache(LogitMemory memory, IComparisonStore store, ShardDispatcher dispatcher, BlendMetrics metrics)
    {
        (this.memory, this.store, this.dispatcher, this.metrics) = (memory, store, dispatcher, metrics.Comparisons);
        metrics.Comparisons.Observe(() => memory.Count, memory.Capacity);
    }

    /// <summary>The logits of pairs.</summary>
    /// <param name="ranker">The ranker.</param>
    /// <param name="source">Instruction and input.</param>
    /// <param name="candidates">The candidates' texts.</param>
    /// <param name="keys">Makes the pairs' keys.</param>
    /// <param name="pairs">The pairs.</param>
    /// <param name="deadline">The request's.</param>
    /// <returns>A logit for each pair, and how many of them were not computed for this request.</returns>
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
            var flight = new Flight();
            var joined = Sort(names, open, logits, flight);
            if (flight.Count > 0)
            {
                computed += await FlyAsync(flight, ranker, source, candidates, pairs, logits, deadline);
            }

            open = await JoinAsync(joined, logits, deadline);
        }

        metrics.Compared(ComparisonMetrics.Computed, computed);
        return (logits, pairs.Length - computed);
    }

    // What is in memory is answered; what another request has under way is joined; the rest is this flight's.
    private List<(int Place, Flight Flight, int Seat)> Sort(ComparisonKey[] names, List<int> open, float[] logits, Flight mine)
    {
        var joined = new List<(int, Flight, int)>();
        var remembered = 0;
        lock (gate)
        {
            foreach (var place in open)
            {
                if (memory.TryFind(names[place], out logits[place]))
                {
                    remembered++;
                }
                else if (flights.TryGetValue(names[place], out var other))
                {
                    // The same pair twice in one request, too: equal candidates have equal keys.
                    joined.Add((place, other, other.SeatOf(names[place])));
                }
                else
                {
                    flights[names[place]] = mine;
                    mine.Add(names[place], place);
                }
            }
        }

        metrics.Compared(ComparisonMetrics.Memory, remembered);
        metrics.LookedUp(ComparisonMetrics.Memory, remembered, open.Count - remembered);
        return joined;
    }

    private async Task<int> FlyAsync(
        Flight flight,
        RankerIdentity ranker,
        string source,
        string[] candidates,
        CandidatePair[] pairs,
        float[] logits,
        Deadline deadline)
    {
        try
        {
            var found = await store.ReadAsync(flight.Keys, flight.Logits, deadline.Token);
            metrics.Compared(ComparisonMetrics.Redis, found);
            var missing = flight.Missing();
            if (missing.Length > 0)
            {
                var round = new ComparisonRound(ranker, source, candidates, Array.ConvertAll(missing, seat => pairs[flight.PlaceOf(seat)]));
                await dispatcher.CompareAsync(round, deadline);
                flight.Fill(missing, round.Logits);
                store.Write(Array.ConvertAll(missing, seat => flight.Keys.Span[seat]), round.Logits);
            }

            Land(flight, logits);
            return missing.Length;
        }
        catch (Exception e)
        {
            Abandon(flight);
            if (e is not OperationCanceledException)
            {
                metrics.Compared(ComparisonMetrics.Failed, flight.Missing().Length);
            }

            throw;
        }
    }

    // Remembered before it is struck from the list of flights, so that nobody finds it in neither.
    private void Land(Flight flight, float[] logits)
    {
        var keys = flight.Keys.Span;
        var values = flight.Logits.Span;
        for (var seat = 0; seat < keys.Length; seat++)
        {
            memory.Keep(keys[seat], values[seat]);
            logits[flight.PlaceOf(seat)] = values[seat];
        }

        Strike(flight);
        flight.Landed();
    }

    private void Abandon(Flight flight)
    {
        Strike(flight);
        flight.Abandoned();
    }

    private void Strike(Flight flight)
    {
        lock (gate)
        {
            foreach (var key in flight.Keys.Span)
            {
                flights.Remove(key);
            }
        }
    }

    // What was joined in vain, because that request was given up, is open again.
    private async Task<List<int>> JoinAsync(List<(int Place, Flight Flight, int Seat)> joined, float[] logits, Deadline deadline)
    {
        var open = new List<int>();
        foreach (var (place, flight, seat) in joined)
        {
            if (await flight.Done.WaitAsync(deadline.Token))
            {
                logits[place] = flight.Logits.Span[seat];
            }
            else
            {
                open.Add(place);
            }
        }

        metrics.Compared(ComparisonMetrics.Joined, joined.Count - open.Count);
        return open;
    }

    /// <summary>Comparisons that one request is having made, and others may wait for.</summary>
    private sealed class Flight
    {
        private readonly TaskCompletionSource<bool> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Dictionary<ComparisonKey, int> seats = [];
        private readonly List<ComparisonKey> names = [];
        private readonly List<int> places = [];
        private ComparisonKey[]? keys;
        private float[]? logits;

        public int Count => places.Count;

        /// <summary>Whether the logits are there; false where the request was given up.</summary>
        public Task<bool> Done => done.Task;

        public ReadOnlyMemory<ComparisonKey> Keys => keys ??= [.. names];

        public Memory<float> Logits => logits ??= NotANumber(places.Count);

        public void Add(ComparisonKey key, int place)
        {
            seats[key] = places.Count;
            names.Add(key);
            places.Add(place);
        }

        public int SeatOf(ComparisonKey key) => seats[key];

        public int PlaceOf(int seat) => places[seat];

        public int[] Missing()
        {
            var missing = new List<int>();
            var known = Logits.Span;
            for (var seat = 0; seat < known.Length; seat++)
            {
                if (float.IsNaN(known[seat]))
                {
                    missing.Add(seat);
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

        public void Landed() => done.TrySetResult(true);

        public void Abandoned() => done.TrySetResult(false);

        private static float[] NotANumber(int count)
        {
            var values = new float[count];
            Array.Fill(values, float.NaN);
            return values;
        }
    }
}
