using LLMBlender.Abstractions;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>A request to a panel as a model, from <c>/v1/chat/completions</c> or <c>/v1/responses</c>.</summary>
internal sealed record ChatRequest
{
    /// <summary>The panel.</summary>
    public required string Model { get; init; }

    /// <summary>The conversation.</summary>
    public required ChatTurn[] Messages { get; init; }

    /// <summary>The name of the field that <see cref="Messages"/> were read from.</summary>
    public string MessagesName { get; init; } = "messages";

    /// <summary>The sampling parameters of the panel's members.</summary>
    public required Sampling Sampling { get; init; }

    /// <summary>The required form of the answer; null for any text.</summary>
    public required AnswerFormat? Format { get; init; }

    /// <summary>The name of the field that <see cref="Format"/> was read from.</summary>
    public string FormatName { get; init; } = "response_format";

    /// <summary>The tools that the answer may call; null for none.</summary>
    public required ToolOffer? Tools { get; init; }

    /// <summary>Whether the tools have the older form, and the answer's call too.</summary>
    public bool IsLegacy { get; init; }

    /// <summary>Whether the answer is one member's, unchanged.</summary>
    public bool IsPassThrough { get; init; }

    /// <summary>Whether the answer has the log probabilities of its tokens.</summary>
    public bool WithLogprobs { get; init; }

    /// <summary>The only member to ask; null for all.</summary>
    public string? Member { get; init; }

    /// <summary>Whether the member that makes tool calls gets their results.</summary>
    public bool KeepsMember { get; init; }

    /// <summary>Further fields for the panel's members, as a JSON object; null for none.</summary>
    public string? Fields { get; init; }

    /// <summary>The request in the format of Anthropic's messages API; see <see cref="BlendRequest.AnthropicSource"/>.</summary>
    public string? AnthropicSource { get; init; }

    /// <summary>What the request asked for and does not get.</summary>
    public string[] Warnings { get; init; } = [];

    /// <summary>The number of answers, each a separate blend.</summary>
    public required int Count { get; init; }

    /// <summary>Whether the answer is streamed.</summary>
    public required bool Stream { get; init; }

    /// <summary>Whether a stream ends with the usage.</summary>
    public required bool WithUsage { get; init; }

    /// <summary>Whether the response contains the blend's details.</summary>
    public required bool WithTrace { get; init; }

    /// <summary>Whether a stream contains the blend's steps.</summary>
    public required bool WithProgress { get; init; }

    /// <summary>The request's timeout.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>What the request changes of its panel; null for nothing.</summary>
    public OwnOptions? Own { get; init; }

    /// <summary>Checks that a panel passes on the features that the request requires.</summary>
    /// <exception cref="ApiException">The panel does not pass on a feature.</exception>
    public void CheckPanel(PanelInfo panel)
    {
        var turn = Array.FindIndex(Messages, static turn => turn.Calls is not null || turn.CallId is not null);
        Refuse(Tools is not null, IsLegacy ? "functions" : "tools", ForwardedFeature.Tools);
        Refuse(turn >= 0, MessagesName, ForwardedFeature.Tools);
        Refuse(Format is not null, FormatName, ForwardedFeature.ResponseFormat);

        if (WithLogprobs && !panel.IsPassThrough)
        {
            throw new ApiException(ApiError.Unsupported(
                "logprobs", $"\"logprobs\" is not supported: panel \"{panel.Name}\" chooses among answers or fuses them, which have no log probabilities; a panel of one member with Fuser: select has its member's"));
        }

        if (!panel.Sees && Array.Exists(Messages, static turn => turn.HasMedia))
        {
            throw new ApiException(ApiError.Unsupported(
                MessagesName, $"\"{MessagesName}\" contains images or files, and no member of panel \"{panel.Name}\" reads them; a backend does with \"Sees\": true"));
        }

        void Refuse(bool isUsed, string field, string feature)
        {
            if (isUsed && !panel.Passes.Contains(feature))
            {
                throw new ApiException(ApiError.Unsupported(
                    field, $"\"{field}\" is not supported: panel \"{panel.Name}\" does not pass on {feature}; it would with Passes: [\"{feature}\"]"));
            }
        }
    }

    /// <summary>Creates the blend of one of the answers.</summary>
    public BlendRequest ToBlend(int index) => Own is null ? Plain(index) : Own.Compose(Plain(index));

    private BlendRequest Plain(int index) => new()
    {
        Instruction = Conversation.ToInstruction(Messages),
        Messages = Messages,
        Panel = Model,
        Sampling = Sampling.Seed is { } seed ? Sampling with { Seed = unchecked(seed + index) } : Sampling,
        Format = Format,
        Tools = Tools,
        Fields = Fields,
        AnthropicSource = AnthropicSource,
        Member = Member,
        WithTrace = WithTrace,
        WithProgress = Stream && WithProgress,
        Timeout = Timeout,
    };
}
