using System.Text.Json.Serialization;

namespace LLMBlender.Abstractions.Json;

/// <summary>A fused answer.</summary>
public sealed record FuseResult
{
    /// <summary>The record's own name, if it has one.</summary>
    public RecordId? Id { get; init; }

    /// <summary>The fused answer, or the best candidate where the fuser failed.</summary>
    public required string Answer { get; init; }

    /// <summary>What the fuser read, where that was asked for.</summary>
    public string? Source { get; init; }

    /// <summary>Indices of the candidates that the answer was made from, best first.</summary>
    public required int[] MadeFrom { get; init; }

    /// <summary>Why the fuser failed; absent where it did not.</summary>
    public BlendFailure? Failure { get; init; }

    /// <summary>True where a limit of tokens cut the answer off; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ReachedLimit { get; init; }

    /// <summary>What it cost.</summary>
    public required FuseUsage Usage { get; init; }

    /// <summary>The record form of a response.</summary>
    /// <param name="id">The record's id.</param>
    /// <param name="response">The response.</param>
    /// <param name="order">The record's places of the candidates that were fused, best first; null where they stood so.</param>
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

/// <summary>What fusing cost.</summary>
public sealed record FuseUsage
{
    /// <summary>Tokens that the fuser read.</summary>
    public required long PromptTokens { get; init; }

    /// <summary>Tokens that the fuser wrote.</summary>
    public required long CompletionTokens { get; init; }

    /// <summary>The cost in the currency of the configured prices; absent where none are configured.</summary>
    public decimal? Cost { get; init; }
}
