using LLMBlender.Local.Settings;
using LLMBlender.Local.Wire;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Backends;

/// <summary>A model that generates candidates.</summary>
/// <param name="Name">The name that panels use.</param>
/// <param name="Client">The client that calls the model. Disposed with the silo.</param>
public sealed record Backend(string Name, IChatClient Client)
{
    /// <summary>The settings that the backend was created from; null if there are none.</summary>
    public BackendSettings? Settings { get; init; }

    /// <summary>The API key; null for none.</summary>
    public Secret? Key { get; init; }

    /// <summary>The latencies of the last calls.</summary>
    public LatencyWindow Latency { get; } = new();

    /// <summary>The numbers of answered and failed calls.</summary>
    public BackendCalls Calls { get; } = new();

    /// <summary>Returns the message of a failed call without the key, because a library's message may quote a header.</summary>
    /// <param name="e">The failure.</param>
    /// <param name="withServerMessage">Whether to add what the server wrote, which is for the operator only.</param>
    public string Explain(Exception e, bool withServerMessage = true)
    {
        var known = BackendException.In(e);
        var message = (withServerMessage ? known?.FullMessage : known?.Message) ?? (e is NotRecordedException ? e.Message : $"{e.GetType().Name}: {e.Message}");
        return Key?.Scrub(message) ?? message;
    }

    /// <summary>Returns the cost of a call in the currency of the configured prices; null if none are configured.</summary>
    public decimal? Cost(long promptTokens, long completionTokens) => Settings is { } s && (s.PromptPrice ?? s.CompletionPrice) is not null
        ? ((promptTokens * (s.PromptPrice ?? 0)) + (completionTokens * (s.CompletionPrice ?? 0))) / 1_000_000m
        : null;
}
