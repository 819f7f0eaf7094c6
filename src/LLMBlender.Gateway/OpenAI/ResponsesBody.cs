using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>The body of <c>/v1/responses</c>.</summary>
internal sealed record ResponsesBody : GenerationBody
{
    private const string InputRule = "a non-empty string, or a list of items";

    // What the gateway itself does, or what chat completions have under another name.
    private static readonly string[] NotForwarded =
    [
        "model", "input", "instructions", "include", "store", "previous_response_id", "conversation", "background", "truncation", "prompt", "text", "reasoning", "tools", "tool_choice",
        "max_output_tokens", "metadata", "stream", "stream_options", "llmblender", "max_tool_calls", "top_logprobs", "client_metadata",
    ];

    /// <summary>The text to answer, or a conversation.</summary>
    [JsonUnion(InputRule, typeof(string), typeof(ResponsesItem[]))]
    public required JsonElement Input { get; init; }

    /// <summary>The system prompt.</summary>
    public string? Instructions { get; init; }

    /// <summary>The maximum tokens of the answer, at least 1.</summary>
    [Range(1, int.MaxValue)]
    public int? MaxOutputTokens { get; init; }

    /// <summary>The form of the answer.</summary>
    public ResponsesText? Text { get; init; }

    /// <summary>Functions that the answer may call, at most 512; supported if the panel passes them on (Passes: tools). Other kinds are ignored with a warning.</summary>
    [JsonUnion("a list of tools", typeof(ResponsesTool[]))]
    public JsonElement? Tools { get; init; }

    /// <summary>Whether the answer calls a function: none, auto, required, or the one to call.</summary>
    [JsonUnion("one of none, auto, required, or {\"type\":\"function\",\"name\"}", typeof(string), typeof(object))]
    public JsonElement? ToolChoice { get; init; }

    /// <summary>Whether the answer may make several calls.</summary>
    public bool? ParallelToolCalls { get; init; }

    /// <summary>The stored response that the input continues.</summary>
    public string? PreviousResponseId { get; init; }

    /// <summary>Whether the response is stored, so that others can continue it; true by default.</summary>
    public bool? Store { get; init; }

    /// <summary>How much members reason.</summary>
    public ResponsesReasoning? Reasoning { get; init; }

    /// <summary>Data of the caller, which the response returns.</summary>
    [JsonUnion("an object", typeof(object))]
    public JsonElement? Metadata { get; init; }

    /// <summary>Converts the body to a request.</summary>
    /// <param name="previous">The conversation that the input continues; empty for none.</param>
    /// <param name="known">The items of stored responses, by id.</param>
    /// <exception cref="ApiException">A parameter is not supported.</exception>
    /// <exception cref="JsonFieldException">A field is invalid.</exception>
    public ChatRequest ToChat(IReadOnlyList<ChatTurn> previous, IReadOnlyDictionary<string, JsonElement> known)
    {
        UnsupportedParameters.Responses.Check(Other);
        var input = new ResponsesInput(known);
        ReadInput(input);
        var tools = ResponsesTools.Read(this);
        return new ChatRequest
        {
            Model = Model,
            Messages = ReadTurns(input, previous),
            Sampling = new Sampling { Temperature = Temperature, TopP = TopP, MaxTokens = MaxOutputTokens },
            Format = Text?.Format?.ToFlatFormat("text.format"),
            MessagesName = "input",
            FormatName = "text.format",
            Tools = tools.Offer,
            Fields = ReadFields(),
            Warnings =
            [
                .. tools.Ignored.Select(static type => $"\"tools\" of type \"{type}\" are not supported and were left out; only functions are passed on"),
                .. input.Ignored.Select(static type => $"\"input\" items of type \"{type}\" are not supported and were left out"),
            ],
            Count = 1,
            Stream = Stream == true,
            WithUsage = true,
            WithTrace = Own?.Trace == true,
            WithProgress = false,
            Timeout = Own?.Time ?? RequestTime.Longest,
            Own = Own,
        };
    }

    private void ReadInput(ResponsesInput input)
    {
        if (Input.ValueKind is JsonValueKind.String)
        {
            input.Add(Conversation.User, Input.GetString()!, "input");
            return;
        }

        if (Input.ValueKind is not JsonValueKind.Array)
        {
            throw JsonFault.Refused("input", Input, InputRule);
        }

        var i = 0;
        foreach (var item in Input.EnumerateArray())
        {
            input.Add(item, $"input[{i++}]");
        }
    }

    // The instructions of a previous response do not apply to its continuation.
    private ChatTurn[] ReadTurns(ResponsesInput input, IReadOnlyList<ChatTurn> previous)
    {
        ChatTurn[] turns = [.. previous, .. input.ToTurns()];
        if (Instructions is { } instructions)
        {
            turns = [ChatSource.ToTurn(new JsonObject { ["role"] = Conversation.System, ["content"] = instructions }, "instructions"), .. turns];
        }

        return Array.Exists(turns, static turn => turn.Role != Conversation.System && (!string.IsNullOrWhiteSpace(turn.Text) || turn.Calls is not null || turn.CallId is not null || turn.HasMedia))
            ? turns
            : throw new JsonFieldException("input", $"\"input\" holds no text, and must be {InputRule}");
    }

    private string? ReadFields()
    {
        var fields = Source.ValueKind is JsonValueKind.Object
            ? Source.EnumerateObject().Where(field => !NotForwarded.Contains(field.Name) && field.Value.ValueKind is not JsonValueKind.Null).Select(static field => (field.Name, field.Value))
            : [];
        return ForwardedFields.Write(fields.Concat(Renamed("reasoning_effort", Reasoning?.Effort)).Concat(Renamed("verbosity", Text?.Verbosity)));
    }

    private static IEnumerable<(string Name, JsonElement Value)> Renamed(string name, string? value) => value is null ? [] : [(name, JsonSerializer.SerializeToElement(value))];
}

/// <summary>The form of an answer.</summary>
internal sealed record ResponsesText
{
    /// <summary>The form, as response_format in chat but with the schema's fields beside the type.</summary>
    public ResponseFormatBody? Format { get; init; }

    /// <summary>How long answers are: low, medium, high; passed on to members.</summary>
    public string? Verbosity { get; init; }
}

/// <summary>How much members reason.</summary>
internal sealed record ResponsesReasoning
{
    /// <summary>The effort, passed on to members.</summary>
    public string? Effort { get; init; }
}
