using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;
using LLMBlender.Core.Ranking;
using LLMBlender.Local.Telemetry;
using LLMBlender.TestKit;
using Microsoft.Extensions.Logging;

namespace LLMBlender.Local.Tests.Telemetry;

public sealed class RankingActivityTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task End_Prior_IsLoggedAndCountedWhereItFailed(bool fails)
    {
        using var metrics = new BlendMetrics();
        using var measured = new Measurements("step", "prior");
        var log = new LineLog();
        var request = new RankingRequest
        {
            Instruction = "Which?",
            Candidates = [new Candidate(null, "a"), new Candidate(null, "b"), new Candidate(null, "c")],
            Aggregation = "adaptive",
            Prior = "cheap",
        };
        var workflow = RankingWorkflow.Create(request);

        using var activity = new RankingActivity(workflow, request, metrics, log);
        activity.End(await workflow.RunAsync(new Comparer(fails: false), TestContext.Current.CancellationToken, new Comparer(fails)));

        Assert.Equal(fails ? 1 : 0, measured.Count("llmblender.blend.failures"));
        string[] expected = fails ? ["Warning prior cheap failed, unreachable; the candidates were ranked without it: no server"] : [];
        Assert.Equal(expected, log.Lines);
    }

    private sealed class Comparer(bool fails) : IPairComparer
    {
        public string Name => "known";

        public RankerInfo? Info => null;

        public int Reused => 0;

        public StepUsage Usage => default;

        public Task<float[]> CompareAsync(CandidatePair[] pairs, CancellationToken cancellationToken) => fails
            ? throw new BlendException(BlendWorkflow.Rank, BlendFailureReason.Unreachable, "no server")
            : Task.FromResult(Array.ConvertAll(pairs, static pair => (float)(pair.Second - pair.First)));
    }

    private sealed class LineLog : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add($"{logLevel} {formatter(state, exception)}");
    }
}
