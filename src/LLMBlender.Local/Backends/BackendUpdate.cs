using LLMBlender.Abstractions;

namespace LLMBlender.Local.Backends;

/// <summary>A part of a member's streamed answer; the last update contains the whole reply.</summary>
/// <param name="Text">The answer's next characters; empty in the last update.</param>
/// <param name="Reply">The whole answer, or its failure, in the last update; null in the others.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.BackendUpdate")]
public sealed record BackendUpdate([property: Id(0)] string Text, [property: Id(1)] BackendReply? Reply)
{
    /// <summary>The next characters of the answer's reasoning; null for none.</summary>
    [Id(2)]
    public string? Reasoning { get; init; }

    /// <summary>The next parts of the answer's tool calls; null for none.</summary>
    [Id(3)]
    public ToolCallPart[]? Calls { get; init; }

    /// <summary>The thinking blocks that are complete with this part, a JSON array in the format of Anthropic's messages API; null for none.</summary>
    [Id(4)]
    public string? Thinking { get; init; }

    /// <summary>The log probabilities of this part's tokens, a JSON object in OpenAI's format; null for none.</summary>
    [Id(5)]
    public string? Logprobs { get; init; }
}
