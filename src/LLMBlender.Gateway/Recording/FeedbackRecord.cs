using System.Text.Json.Serialization;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.Recording;

/// <summary>What a person thinks of an answer.</summary>
internal sealed record FeedbackRecord
{
    /// <summary>The answer's id: that of a chat completion, response or message, or of the header <c>x-llmblender-record</c>.</summary>
    public string? Id { get; init; }

    /// <summary>Whether the answer is good. Optional.</summary>
    public FeedbackThumb? Thumb { get; init; }

    /// <summary>The name of the member whose answer is the best. Optional.</summary>
    public string? Chosen { get; init; }

    /// <summary>Anything else, of up to 10,000 characters. Optional.</summary>
    public string? Comment { get; init; }
}

/// <summary>A thumb.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<FeedbackThumb>))]
internal enum FeedbackThumb
{
    /// <summary>The answer is good.</summary>
    Up,

    /// <summary>The answer is bad.</summary>
    Down,
}

/// <summary>Accepted feedback.</summary>
internal sealed record FeedbackResult
{
    /// <summary>The id by which the answer was recorded.</summary>
    public required string Id { get; init; }
}
