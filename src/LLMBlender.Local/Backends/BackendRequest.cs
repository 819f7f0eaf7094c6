using LLMBlender.Abstractions;

namespace LLMBlender.Local.Backends;

/// <summary>A request for one backend's answer.</summary>
/// <param name="Instruction">The instruction; may be empty if there is an input.</param>
/// <param name="Input">The text that the instruction applies to; null for none.</param>
/// <param name="Timeout">The request's time limit.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.BackendRequest")]
public sealed record BackendRequest(
    [property: Id(0)] string Instruction, [property: Id(1)] string? Input, [property: Id(2)] TimeSpan Timeout)
{
    /// <summary>The conversation; if not null, it is sent instead of instruction and input.</summary>
    [Id(3)]
    public ChatTurn[]? Messages { get; init; }

    /// <summary>Sampling parameters; null for the backend's defaults.</summary>
    [Id(4)]
    public Sampling? Sampling { get; init; }

    /// <summary>The required format of the answer; null for any text.</summary>
    [Id(5)]
    public AnswerFormat? Format { get; init; }

    /// <summary>The tools that the answer may call; null for none.</summary>
    [Id(6)]
    public ToolOffer? Tools { get; init; }

    /// <summary>Further fields in the format of OpenAI's chat completions, as a JSON object; null for none.</summary>
    [Id(7)]
    public string? Fields { get; init; }

    /// <summary>Whether a field that the backend does not take fails the call.</summary>
    [Id(8)]
    public bool IsStrict { get; init; }

    /// <summary>The request in the format of Anthropic's messages API; see <see cref="BlendRequest.AnthropicSource"/>. Null if it had another format.</summary>
    [Id(9)]
    public string? AnthropicSource { get; init; }
}
