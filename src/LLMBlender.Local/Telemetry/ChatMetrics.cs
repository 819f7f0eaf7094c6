using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace LLMBlender.Local.Telemetry;

/// <summary>Calls of chat models, by the names of OpenTelemetry's GenAI convention.</summary>
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

    /// <summary>A call ended.</summary>
    /// <param name="tags">Whose call.</param>
    /// <param name="seconds">How long it took.</param>
    /// <param name="error">Why it failed; null where it did not.</param>
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

    /// <summary>A stream's first chunk came.</summary>
    public void Began(in TagList tags, double seconds) => firstChunk.Record(seconds, tags);

    /// <summary>Tokens were read and written.</summary>
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
