using System.Diagnostics.Metrics;
using LLMBlender.Abstractions;
using LLMBlender.Local.Scoring;
using LLMBlender.Local.Settings;
using LLMBlender.Local.Telemetry;
using LLMBlender.TestKit.Backends;

namespace LLMBlender.Local.Tests.Scoring;

public sealed class ScoreComparerTests : IAsyncLifetime
{
    private readonly BlendMetrics metrics = new();
    private FakeScoreServer server = null!;

    public async ValueTask InitializeAsync() => server = await FakeScoreServer.StartAsync();

    public ValueTask DisposeAsync()
    {
        metrics.Dispose();
        return server.DisposeAsync();
    }

    [Fact]
    public async Task Compare_Pairs_AreScaledDifferencesOfScores()
    {
        using var deadline = Deadline();
        using var scorer = Create(server.Settings(ScorerSettings.TeiRerank) with { Scale = 2 });

        var logits = await Comparer(scorer, deadline).CompareAsync([new(0, 1), new(1, 0), new(2, 1)], deadline.Token);

        Assert.Equal([-6f, 6f, -8f], logits);
    }

    [Fact]
    public async Task Compare_SeveralRounds_ScoreEachTextOnceAndOnlyAskedOnes()
    {
        using var deadline = Deadline();
        using var scorer = Create(server.Settings(ScorerSettings.TeiRerank));
        var comparer = Comparer(scorer, deadline);

        await comparer.CompareAsync([new(0, 1), new(1, 0)], deadline.Token);
        await comparer.CompareAsync([new(0, 1)], deadline.Token);
        await comparer.CompareAsync([new(1, 2)], deadline.Token);

        Assert.Equal(
            ["""["2 is a","5 is b"]""", """["1 is c"]"""],
            server.Calls.Select(static call => call.Body.GetProperty("texts").GetRawText()));
    }

    [Fact]
    public async Task Compare_ServerFails_NamesScorerStepAndStatus()
    {
        server.Script = static call => call.FailAsync(503, "loading", "7");
        using var deadline = Deadline();
        using var scorer = Create(server.Settings(ScorerSettings.TeiRerank));

        var failure = await Assert.ThrowsAsync<BlendException>(() => Comparer(scorer, deadline).CompareAsync([new(0, 1)], deadline.Token));

        Assert.Equal(("rank", BlendFailureReason.Overloaded, TimeSpan.FromSeconds(7)), (failure.What, failure.Reason, failure.RetryAfter));
        Assert.Equal("the scorer scorer failed: it answered 503", failure.Message);
    }

    [Fact]
    public async Task Compare_DeadlinePassed_TimesOut()
    {
        server.Script = static call => call.HangAsync();
        using var deadline = new Deadline(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken);
        using var scorer = Create(server.Settings(ScorerSettings.TeiRerank));

        var failure = await Assert.ThrowsAsync<BlendException>(() => Comparer(scorer, deadline).CompareAsync([new(0, 1)], deadline.Token));

        Assert.Equal(("rank", BlendFailureReason.TimedOut), (failure.What, failure.Reason));
        Assert.Equal("no answer within 0.1 s: the scorer scorer had not finished", failure.Message);
    }

    [Fact]
    public async Task Compare_Calls_AreMeasuredWithTheirFailures()
    {
        var measured = new List<Dictionary<string, object?>>();
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name == "gen_ai.client.operation.duration")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            var labels = tags.ToArray().ToDictionary(static tag => tag.Key, static tag => tag.Value);
            if (labels["llmblender.backend"] is "measured")
            {
                measured.Add(labels);
            }
        });
        listener.Start();
        using var deadline = Deadline();
        using var scorer = Create(server.Settings(ScorerSettings.TeiRerank, "measured"));

        await Comparer(scorer, deadline).CompareAsync([new(0, 1)], deadline.Token);
        server.Script = static call => call.FailAsync(500, "no");
        await Assert.ThrowsAsync<BlendException>(() => Comparer(scorer, deadline).CompareAsync([new(0, 1)], deadline.Token));

        Assert.Equal([null, "faulted"], measured.Select(static labels => labels.GetValueOrDefault("error.type")));
        Assert.Equal(("score", "tei-rerank", "m"), (measured[0]["gen_ai.operation.name"], measured[0]["gen_ai.provider.name"], measured[0]["gen_ai.request.model"]));
    }

    private static Deadline Deadline() => new(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

    private static Scorer Create(ScorerSettings settings) => Scorer.Create(settings, null, TimeProvider.System);

    private ScoreComparer Comparer(Scorer scorer, Deadline deadline) => new(scorer, "Which?", ["2 is a", "5 is b", "1 is c"], metrics, deadline);
}
