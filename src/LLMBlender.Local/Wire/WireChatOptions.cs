using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Wire;

/// <summary>Chat options with the caller's own fields, which a client of this namespace sends unchanged.</summary>
internal sealed class WireChatOptions : ChatOptions
{
    public WireChatOptions()
    {
    }

    private WireChatOptions(WireChatOptions other)
        : base(other) => (Fields, IsStrict, AnthropicSource, Memory) = (other.Fields, other.IsStrict, other.AnthropicSource, other.Memory);

    /// <summary>Fields of the request's body in OpenAI's format, by name. They have precedence over the typed options.</summary>
    public IReadOnlyDictionary<string, JsonElement> Fields { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Whether a field that the server does not take fails the call instead of being left out with a warning.</summary>
    public bool IsStrict { get; init; }

    /// <summary>The request in the format of Anthropic's messages API, without model, limit and stream; null if it had another format.</summary>
    public JsonElement? AnthropicSource { get; init; }

    /// <summary>The memory of an answer that is read as a whole; null for no bound. Of a stream, its reader counts.</summary>
    public IAnswerMemory? Memory { get; set; }

    /// <inheritdoc/>
    public override ChatOptions Clone() => new WireChatOptions(this);
}
