using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace LLMBlender.Local.Telemetry;

/// <summary>Metrics of chat models' calls, named by OpenTelemetry's GenAI convention.</summary>
public sealed class ChatMetrics
{
    private const string TokenType = "gen_ai.token.type";

    private readonly Histogram<double> duration;
    private readonly Histogram<double> firstChunk;
    private readonly Histogram<long> tokens;

    public ChatMetrics(Meter meter)
    {
        duration = meter.CreateHistogram("gen_ai.client.operation.duration", "s", "GenAI operation duration.", null, Buckets.OperationSeconds);
        firstChunk = meter.CreateHistogram(
            "gen_ai.client.operation.time_to_first_chunk", "s", "Time to receive the first chunk of a stream.", null, Buckets.OperationSeconds);
        tokens = meter.CreateHistogram("gen_ai.client.token.usage", "{token}", "Number of input and output tokens used.", null, Buckets.OperationTokens);
    }

    /// <summary>Records a call.</summary>
    /// <param name="tags">The call's labels.</param>
    /// <param name="seconds">The call's duration.</param>
    /// <param name="error">The label of the failure; null if the call succeeded.</param>
    public void Called(in TagList tags, double seconds, string? error)
    {
        if (error is null)
        {
            duration.Record(seconds, tags);
            return;
        }

        var more = tags;
        more.Add("error.type", error);
        duration.Record(seconds, more);
    }

    /// <summary>Records the time to a stream's first chunk.</summary>
    public void Began(in TagList tags, double seconds) => firstChunk.Record(seconds, tags);

    /// <summary>Records input and output tokens.</summary>
    public void Used(in TagList tags, long input, long output)
    {
        Add(tags, "input", input);
        Add(tags, "output", output);
    }

    private void Add(TagList tags, string type, long count)
    {
        if (count > 0)
        {
            tags.Add(TokenType, type);
            tokens.Record(count, tags);
        }
    }
}
