using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>
/// The body of <c>/v1/chat/completions</c>. Messages, tools and unknown fields are passed on to members unchanged; a parameter that a blend
/// can't have is rejected by name.
/// </summary>
internal sealed record ChatBody : GenerationBody
{
    private const int MaxAnswers = 8;
    private const int MaxStops = 64;

    /// <summary>The conversation, one message at least.</summary>
    public required ChatMessageBody[] Messages { get; init; }

    /// <summary>The options of a stream.</summary>
    public StreamOptions? StreamOptions { get; init; }

    /// <summary>The number of answers, each a separate blend; 1 by default.</summary>
    [Range(1, MaxAnswers)]
    public int? N { get; init; }

    /// <summary>Stop texts, which end an answer before their first occurrence: one, or a list of at most 64. Empty ones are ignored.</summary>
    [JsonUnion("a text, or a list of at most 64", typeof(string), typeof(string[]))]
    public JsonElement? Stop { get; init; }

    /// <summary>The seed of sampling; further answers use the seed plus 1, 2 and so on.</summary>
    public long? Seed { get; init; }

    /// <summary>The maximum tokens of an answer, at least 1; -1 for no limit.</summary>
    [Range(-1, int.MaxValue)]
    public int? MaxCompletionTokens { get; init; }

    /// <summary>The older name of max_completion_tokens.</summary>
    [Range(-1, int.MaxValue)]
    public int? MaxTokens { get; init; }

    /// <summary>The penalty of tokens that have occurred before.</summary>
    [Range(-2, 2.0)]
    public float? PresencePenalty { get; init; }

    /// <summary>The penalty of tokens by the number of their previous occurrences.</summary>
    [Range(-2, 2.0)]
    public float? FrequencyPenalty { get; init; }

    /// <summary>
    /// The form of the answer; supported if the panel passes it on (Passes: response_format). Members whose answers do not
    /// match fail; the answer is the best of the others.
    /// </summary>
    public ResponseFormatBody? ResponseFormat { get; init; }

    /// <summary>Functions that the answer may call, at most 512; supported if the panel passes them on (Passes: tools). Other kinds are ignored with a warning.</summary>
    public ToolBody[]? Tools { get; init; }

    /// <summary>Whether the answer calls a function: none, auto, required, or the one to call.</summary>
    [JsonUnion(ToolReader.ChoiceRule, typeof(string), typeof(ToolChoiceBody))]
    public JsonElement? ToolChoice { get; init; }

    /// <summary>Whether the answer may make several calls.</summary>
    public bool? ParallelToolCalls { get; init; }

    /// <summary>The older form of tools; the answer then has function_call instead of tool_calls.</summary>
    public FunctionBody[]? Functions { get; init; }

    /// <summary>The older form of tool_choice: none, auto, or the function to call.</summary>
    [JsonUnion(LegacyFunctions.ChoiceRule, typeof(string), typeof(FunctionName))]
    public JsonElement? FunctionCall { get; init; }

    /// <summary>Whether the answer has the log probabilities of its tokens; supported by panels of one member that do not fuse.</summary>
    public bool? Logprobs { get; init; }

    /// <summary>The number of alternatives of each token, with logprobs.</summary>
    [Range(0, 100)]
    public int? TopLogprobs { get; init; }

    /// <summary>Converts the body to a request.</summary>
    /// <exception cref="ApiException">A parameter is not supported.</exception>
    /// <exception cref="JsonFieldException">A field is invalid.</exception>
    public ChatRequest ToChat()
    {
        UnsupportedParameters.Chat.Check(Other);
        var isLegacy = Functions is { Length: > 0 };
        var withLogprobs = Logprobs == true || TopLogprobs > 0;
        if (!isLegacy && FunctionCall is { ValueKind: JsonValueKind.Object } choice)
        {
            throw JsonFault.Refused("function_call", choice, LegacyFunctions.ChoiceRule);
        }

        var (tools, ignored) = isLegacy ? (LegacyFunctions.Read(this), []) : ToolReader.Read(this);
        return new ChatRequest
        {
            Model = Model,
            Messages = ReadMessages(),
            Sampling = new Sampling
            {
                Temperature = Temperature,
                TopP = TopP,
                MaxTokens = (MaxCompletionTokens ?? MaxTokens) is { } most and > 0 ? most : null,
                Stop = ReadStop(),
                Seed = Seed,
                PresencePenalty = PresencePenalty,
                FrequencyPenalty = FrequencyPenalty,
            },
            Format = ResponseFormat?.ToFormat("response_format"),
            Tools = tools,
            IsLegacy = isLegacy,
            WithLogprobs = withLogprobs,
            Fields = ForwardedFields.Read(Source, withLogprobs),
            Warnings = [.. ignored.Select(static type => $"\"tools\" of type \"{type}\" are not supported and were left out; only functions are passed on")],
            Count = N ?? 1,
            Stream = Stream == true,
            WithUsage = StreamOptions?.IncludeUsage == true,
            WithTrace = Own?.Trace == true,
            WithProgress = Own?.Progress == true,
            Timeout = Own?.Time ?? RequestTime.Longest,
            Own = Own,
        };
    }

    private ChatTurn[] ReadMessages()
    {
        var legacy = new LegacyFunctions();
        var turns = Messages.Select((message, i) => legacy.ToTurn(message, $"messages[{i}]", SourceOf("messages", i))).ToArray();
        return Array.Exists(turns, static turn => !string.IsNullOrWhiteSpace(turn.Text) || turn.Calls is not null || turn.CallId is not null || turn.HasMedia) ? turns
            : throw new JsonFieldException("messages", "\"messages\" holds no text, and must be a list of messages, one at least with a text");
    }

    /// <summary>Returns an entry of a list as the client wrote it; null if the body was not read from JSON.</summary>
    public string? SourceOf(string list, int index) => Source.ValueKind is JsonValueKind.Object ? Source.GetProperty(list)[index].GetRawText() : null;

    private string[]? ReadStop()
    {
        if (Stop is not { } stop)
        {
            return null;
        }

        string[]? texts = stop.ValueKind switch
        {
            JsonValueKind.String => [stop.GetString()!],
            JsonValueKind.Array when stop.EnumerateArray().All(static text => text.ValueKind is JsonValueKind.String) => [.. stop.EnumerateArray().Select(static text => text.GetString()!)],
            _ => null,
        };
        return texts is null or { Length: > MaxStops } ? throw JsonFault.Refused("stop", stop, $"a text, or a list of at most {MaxStops}")
            : Array.FindAll(texts, static text => text.Length > 0) is { Length: > 0 } stops ? stops
            : null;
    }
}

/// <summary>The options of a stream.</summary>
internal sealed record StreamOptions
{
    /// <summary>Whether it ends with the usage.</summary>
    public bool? IncludeUsage { get; init; }
}
