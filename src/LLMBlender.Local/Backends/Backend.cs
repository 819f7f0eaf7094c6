using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Backends;

/// <summary>A model that can be asked for candidates.</summary>
/// <param name="Name">What panels call it.</param>
/// <param name="Client">How it is asked. Disposed with the silo.</param>
public sealed record Backend(string Name, IChatClient Client)
{
    /// <summary>What it was made from; null where that was no configuration.</summary>
    public BackendSettings? Settings { get; init; }

    /// <summary>Its key; null for none.</summary>
    public Secret? Key { get; init; }

    /// <summary>How fast it has been lately.</summary>
    public LatencyWindow Latency { get; } = new();

    /// <summary>Why a call failed, without the key: a library's message may quote a header.</summary>
    public string Explain(Exception e)
    {
        var message = BackendException.In(e)?.Message ?? (e is NotRecordedException ? e.Message : $"{e.GetType().Name}: {e.Message}");
        return Key?.Scrub(message) ?? message;
    }

    /// <summary>What a call cost; null where there are no prices.</summary>
    public decimal? Cost(long promptTokens, long completionTokens) => Settings is { } s && (s.PromptPrice ?? s.CompletionPrice) is not null
        ? ((promptTokens * (s.PromptPrice ?? 0)) + (completionTokens * (s.CompletionPrice ?? 0))) / 1_000_000m
        : null;
}
