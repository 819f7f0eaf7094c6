using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>The body of <c>/v1/chat/completions</c>. A parameter that a blend does not support is refused by name.</summary>
internal sealed record ChatBody
{
    private const int MaxAnswers = 8;
    private const int MaxStops = 4;

    /// <summary>A panel's name.</summary>
    public required string Model { get; init; }

    /// <summary>The conversation, one message at least.</summary>
    public required ChatMessageBody[] Messages { get; init; }

    /// <summary>Whether the answer comes as server-sent events.</summary>
    public bool? Stream { get; init; }

    /// <summary>What a stream ends with.</summary>
    public StreamOptions? StreamOptions { get; init; }

    /// <summary>How many answers, each a blend of its own; 1 by default.</summary>
    [Range(1, MaxAnswers)]
    public int? N { get; init; }

    /// <summary>An answer ends before the first of these texts: one, or a list of 1 to 4.</summary>
    [JsonUnion("a text that says something, or a list of 1 to 4 of them", typeof(string), typeof(string[]))]
    public JsonElement? Stop { get; init; }

    /// <summary>The seed of sampling; further answers add 1, 2 and so on to it.</summary>
    public long? Seed { get; init; }

    /// <summary>Tokens of an answer at most, at least 1.</summary>
    [Range(1, int.MaxValue)]
    public int? MaxCompletionTokens { get; init; }

    /// <summary>The older name of max_completion_tokens.</summary>
    [Range(1, int.MaxValue)]
    public int? MaxTokens { get; init; }

    /// <summary>The sampling temperature; each backend's own by default.</summary>
    [Range(0, 2.0)]
    public float? Temperature { get; init; }

    /// <summary>The share of probability that tokens are drawn from.</summary>
    [Range(0, 1.0)]
    public float? TopP { get; init; }

    /// <summary>How much tokens that came before are avoided.</summary>
    [Range(-2, 2.0)]
    public float? PresencePenalty { get; init; }

    /// <summary>How much tokens that came often before are avoided.</summary>
    [Range(-2, 2.0)]
    public float? FrequencyPenalty { get; init; }

    /// <summary>
    /// The form of the answer. Only where the panel passes it on (Passes: response_format). Members whose answers do not fit have
    /// failed; the best of the others is the answer.
    /// </summary>
    public ResponseFormatBody? ResponseFormat { get; init; }

    /// <summary>Functions that the answer may call, at most 128. Only where the panel passes them on (Passes: tools).</summary>
    public ToolBody[]? Tools { get; init; }

    /// <summary>Whether the answer calls a function: none, auto, required, or the one to call.</summary>
    [JsonUnion(ToolReader.ChoiceRule, typeof(string), typeof(ToolChoiceBody))]
    public JsonElement? ToolChoice { get; init; }

    /// <summary>Whether the answer may make several calls.</summary>
    public bool? ParallelToolCalls { get; init; }

    /// <summary>Parameters of LLMBlender's own.</summary>
    [JsonPropertyName("llmblender")]
    public OwnOptions? Own { get; init; }

    /// <summary>All other fields, as they came.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }

    /// <summary>What the panel is asked.</summary>
    /// <exception cref="ApiException">A parameter is not supported.</exception>
    /// <exception cref="JsonFieldException">A field breaks a rule.</exception>
    public ChatRequest ToChat()
    {
        UnsupportedParameters.Chat.Check(Other);
        return new ChatRequest
        {
            Model = Model,
            Messages = ReadMessages(),
            Sampling = new Sampling
            {
                Temperature = Temperature,
                TopP = TopP,
                MaxTokens = MaxCompletionTokens ?? MaxTokens,
                Stop = ReadStop(),
                Seed = Seed,
                PresencePenalty = PresencePenalty,
                FrequencyPenalty = FrequencyPenalty,
            },
            Format = ResponseFormat?.ToFormat("response_format"),
            Tools = ToolReader.Read(this),
            Count = N ?? 1,
            Stream = Stream == true,
            WithUsage = StreamOptions?.IncludeUsage == true,
            WithTrace = Own?.Trace == true,
            WithProgress = Own?.Progress == true,
            Timeout = Own?.Time ?? RequestTime.Default,
        };
    }

    private ChatTurn[] ReadMessages()
    {
        ChatTurn[] turns =
        [
            .. Messages.Select(static (message, i) => message.ToTurn($"messages[{i}]"))
                .Where(static turn => !string.IsNullOrWhiteSpace(turn.Text) || turn.Calls is not null || turn.CallId is not null),
        ];
        return turns.Length > 0 ? turns
            : throw new JsonFieldException("messages", "\"messages\" holds no text, and must be a list of messages, one at least with a text");
    }

    private string[]? ReadStop()
    {
        if (Stop is not { } stop)
        {
            return null;
        }

        string[] texts = stop.ValueKind switch
        {
            JsonValueKind.String => [stop.GetString()!],
            JsonValueKind.Array when stop.EnumerateArray().All(static text => text.ValueKind is JsonValueKind.String) => [.. stop.EnumerateArray().Select(static text => text.GetString()!)],
            _ => [],
        };
        return texts.Length is > 0 and <= MaxStops && !texts.Contains("") ? texts
            : throw JsonFault.Refused("stop", stop, $"a text that says something, or a list of 1 to {MaxStops} of them");
    }
}

/// <summary>What a stream ends with.</summary>
internal sealed record StreamOptions
{
    /// <summary>Whether it ends with the usage.</summary>
    public bool? IncludeUsage { get; init; }
}

/// <summary>Parameters of LLMBlender's own.</summary>
internal sealed record OwnOptions
{
    /// <summary>Whether the response shows how the answer was made.</summary>
    public bool? Trace { get; init; }

    /// <summary>Whether a stream shows the blend's steps, in chunks without choices.</summary>
    public bool? Progress { get; init; }

    /// <summary>Seconds that the request may take; 60 by default.</summary>
    [Range(0, 600.0, MinimumIsExclusive = true, ErrorMessage = "a number of seconds above 0 and at most 600")]
    public double? Timeout { get; init; }

    /// <summary>The time that the request may take.</summary>
    [JsonIgnore]
    public TimeSpan Time => Timeout is { } seconds ? TimeSpan.FromSeconds(seconds) : RequestTime.Default;
}
