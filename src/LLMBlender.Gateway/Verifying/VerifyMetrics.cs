using System.Diagnostics.Metrics;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.Verifying;

/// <summary>Counts verdicts on the meter <c>LLMBlender</c>. Thread-safe.</summary>
internal sealed class VerifyMetrics : IDisposable
{
    private readonly Meter meter = new("LLMBlender");
    private readonly Counter<long> verdicts;

    public VerifyMetrics() => verdicts = meter.CreateCounter<long>("llmblender.verify.verdicts", "{request}", "Requests to verify answers, by verdict.");

    /// <summary>Counts a verdict.</summary>
    public void Count(AnswerVerdict verdict) => Add(verdict, 1);

    /// <summary>Initializes each verdict's counter to 0, so that a rate query includes the first one.</summary>
    public void InitializeCounters() => Array.ForEach(Enum.GetValues<AnswerVerdict>(), verdict => Add(verdict, 0));

    /// <summary>A verdict's name in labels and spans.</summary>
    public static string Name(AnswerVerdict verdict) => verdict switch
    {
        AnswerVerdict.Approve => "approve",
        AnswerVerdict.Tie => "tie",
        AnswerVerdict.Reject => "reject",
        _ => "abstain",
    };

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();

    private void Add(AnswerVerdict verdict, int count) => verdicts.Add(count, new KeyValuePair<string, object?>("verdict", Name(verdict)));
}
