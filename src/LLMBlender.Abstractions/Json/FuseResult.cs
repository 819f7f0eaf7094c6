using System.Text.Json.Serialization;

namespace LLMBlender.Abstractions.Json;

/// <summary>A fused answer.</summary>
public sealed record FuseResult
{
    /// <summary>The record's id; null if it has none.</summary>
    public RecordId? Id { get; init; }

    /// <summary>The fused answer, or the best candidate if the fuser failed.</summary>
    public required string Answer { get; init; }

    /// <summary>The fuser's input, if requested.</summary>
    public string? Source { get; init; }

    /// <summary>Indices of the candidates that the answer was made from, best first.</summary>
    public required int[] MadeFrom { get; init; }

    /// <summary>The fuser's failure; absent if it did not fail.</summary>
    public BlendFailure? Failure { get; init; }

    /// <summary>True if the answer was truncated by a token limit; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ReachedLimit { get; init; }

    /// <summary>Tokens and cost.</summary>
    public required FuseUsage Usage { get; init; }

    /// <summary>Converts a response to a record.</summary>
    /// <param name="id">The record's id.</param>
    /// <param name="response">The response.</param>
    /// <param name="order">The indices in the record of the request's candidates, best first; null for the same order.</param>
    public static FuseResult Create(RecordId? id, FuseResponse response, int[]? order = null)
    {
        ArgumentNullException.ThrowIfNull(response);
        return new FuseResult
        {
            Id = id,
            Answer = response.Answer,
            MadeFrom = order is null ? response.MadeFrom : Array.ConvertAll(response.MadeFrom, place => order[place]),
            Failure = response.Failure,
            ReachedLimit = response.ReachedLimit,
            Usage = new FuseUsage { PromptTokens = response.PromptTokens, CompletionTokens = response.CompletionTokens, Cost = response.Cost },
        };
    }
}

/// <summary>Tokens and cost of a fusion.</summary>
public sealed record FuseUsage
{
    /// <summary>The fuser's input tokens.</summary>
    public required long PromptTokens { get; init; }

    /// <summary>The fuser's output tokens.</summary>
    public required long CompletionTokens { get; init; }

    /// <summary>The cost in the currency of the configured prices; absent if none are configured.</summary>
    public decimal? Cost { get; init; }
}
