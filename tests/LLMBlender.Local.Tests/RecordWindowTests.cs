using LLMBlender.Abstractions;
using LLMBlender.Local.Comparing;
using LLMBlender.Local.Fusion;
using LLMBlender.Local.Panels;
using LLMBlender.Local.Telemetry;

namespace LLMBlender.Local.Tests;

public sealed class RecordWindowTests : IDisposable
{
    private static readonly string[] Aggregations = ["max-logits", "bubble-sort", "adaptive"];

    private readonly BlendMetrics metrics = new();
    private readonly RecordingRanker ranker = new();

    [Fact]
    public async Task Run_ManyRecords_RanksEachAsItWouldAloneInTheirOrder()
    {
        RankingRequest[] requests = [.. Enumerable.Range(0, 150).Select(n => Request(n, (n * 13 % 9) + 1, Aggregations[n % 3]))];

        var ranked = await RunAsync(requests);

        Assert.Equal(150, ranked.Count);
        for (var n = 0; n < requests.Length; n++)
        {
            Assert.Equal((await Blender(new RecordingRanker()).RankAsync(requests[n], Token)).Ranks, ranked[n]!.Ranks);
        }
    }

    // Whatever each record waits for besides, and however long.
    [Fact]
    public async Task Run_RecordsAreDelayedAtRandom_CallsHoldTheSamePairs()
    {
        RankingRequest[] requests = [.. Enumerable.Range(0, 200).Select(n => Request(n, (n % 7) + 2, Aggregations[n % 3]))];
        await RunAsync(requests);
        var expected = ranker.Calls.ToArray();
        ranker.Calls.Clear();
        var random = new Random(7);

        await RunAsync(requests, () => random.Next(3) == 0 ? Task.Delay(random.Next(3)) : Task.CompletedTask);

        Assert.Equal(expected, ranker.Calls);
    }

    [Fact]
    public async Task Run_FewRecords_ComparesThemInOneCall()
    {
        await RunAsync([.. Enumerable.Range(0, 30).Select(n => Request(n, 5, "max-logits"))]);

        Assert.Single(ranker.Calls);
    }

    [Fact]
    public async Task Run_CallFailsForOneRecord_OnlyThatOneFails()
    {
        ranker.Refused = "question 7";

        var ranked = await RunAsync([.. Enumerable.Range(0, 20).Select(n => Request(n, 4, "max-logits"))], out var failures);

        Assert.Null(ranked[7]);
        Assert.Equal(19, ranked.Count(static response => response is not null));
        Assert.Equal(["the ranker failed: out of memory"], failures);
    }

    [Fact]
    public async Task Run_OneLogitIsNoNumber_OnlyThatRecordFails()
    {
        ranker.Damaged = "question 4";

        var ranked = await RunAsync([.. Enumerable.Range(0, 10).Select(n => Request(n, 3, "max-logits"))], out var failures);

        Assert.Null(ranked[4]);
        Assert.Contains("is NaN, and must be finite", Assert.Single(failures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_EndlessInput_HoldsNoMoreThanAWindow()
    {
        var (read, given, ahead) = (0, 0, 0);
        IEnumerable<RankingRequest> Endless()
        {
            for (; given < 2000; read++)
            {
                ahead = Math.Max(ahead, read - given);
                yield return Request(read, 2, "bubble-sort");
            }
        }

        await new RecordWindow(Blender(ranker)).RunAsync(
            Endless(), static _ => 4, static (blender, request, token) => blender.RankAsync(request, token), ranked => given += ranked.Count, Token);

        Assert.InRange(ahead, 1, RecordWindow.MaxRecords + 64);
    }

    [Fact]
    public async Task Run_Cancelled_Stops()
    {
        using var cancellationToken = new CancellationTokenSource();
        ranker.BeforeCompare = cancellationToken.Cancel;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new RecordWindow(Blender(ranker)).RunAsync(
            [Request(0, 3, "max-logits")],
            static _ => 9,
            static (blender, request, token) => blender.RankAsync(request, token),
            static _ => Assert.Fail("answered"),
            cancellationToken.Token));
    }

    [Fact]
    public async Task Run_ReadingFails_EndsWithThatFailure()
    {
        IEnumerable<RankingRequest> Broken()
        {
            yield return Request(0, 2, "max-logits");
            throw new InvalidDataException("the disk is gone");
        }

        await Assert.ThrowsAsync<InvalidDataException>(() => new RecordWindow(Blender(ranker)).RunAsync(
            Broken(), static _ => 4, static (blender, request, token) => blender.RankAsync(request, token), static _ => { }, Token));
    }

    public void Dispose() => metrics.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static RankingRequest Request(int n, int candidates, string aggregation) => new()
    {
        Instruction = $"question {n}",
        Candidates = [.. Enumerable.Range(0, candidates).Select(i => new Candidate(null, $"{(n * 31 + i * 17) % 23}"))],
        Aggregation = aggregation,
    };

    private LocalBlender Blender(RecordingRanker over) => new(
        new LocalModels([KeyValuePair.Create<string, IPairRanker>("recording", over)], FuserRegistry.SelectOnly), new PanelRegistry(), metrics);

    private Task<List<RankingResponse?>> RunAsync(RankingRequest[] requests, Func<Task>? delay = null) => RunAsync(requests, delay, []);

    private Task<List<RankingResponse?>> RunAsync(RankingRequest[] requests, out List<string> failure)
    {
        failure = [];
        return RunAsync(requests, null, failure);
    }

    private async Task<List<RankingResponse?>> RunAsync(RankingRequest[] requests, Func<Task>? delay, List<string> failures)
    {
        var ranked = new List<RankingResponse?>();
        await new RecordWindow(Blender(ranker)).RunAsync(
            requests,
            static request => (long)request.Candidates.Length * request.Candidates.Length,
            async (blender, request, token) =>
            {
                try
                {
                    await (delay?.Invoke() ?? Task.CompletedTask);
                    return await blender.RankAsync(request, token);
                }
                catch (BlendException e)
                {
                    failures.Add(e.Message);
                    return null;
                }
            },
            ranked.AddRange,
            Token);
        return ranked;
    }

    /// <summary>Compares numbers, and records what each call holds.</summary>
    private sealed class RecordingRanker : IPairRanker
    {
        public List<string> Calls { get; } = [];

        public string? Refused { get; set; }

        public string? Damaged { get; set; }

        public Action BeforeCompare { get; set; } = static () => { };

        public IPairRecord Encode(string source, IReadOnlyList<string> candidates) => new Record(source, [.. candidates.Select(int.Parse)]);

        public long Compare(ReadOnlySpan<RecordPair> pairs, Span<float> logits, Action<int>? completed = null, CancellationToken cancellationToken = default)
        {
            BeforeCompare();
            cancellationToken.ThrowIfCancellationRequested();
            var call = new System.Text.StringBuilder();
            for (var i = 0; i < pairs.Length; i++)
            {
                var record = (Record)pairs[i].Record;
                if (record.Source == Refused)
                {
                    throw new InvalidOperationException("out of memory");
                }

                call.Append(record.Source).Append(' ').Append(pairs[i].First).Append(' ').Append(pairs[i].Second).Append(';');
                logits[i] = record.Source == Damaged ? float.NaN : record.Numbers[pairs[i].First] - record.Numbers[pairs[i].Second];
            }

            Calls.Add(call.ToString());
            return pairs.Length;
        }

        public void Dispose()
        {
        }

        private sealed record Record(string Source, int[] Numbers) : IPairRecord
        {
            public int PairLength(int first, int second) => 8;
        }
    }
}
