using System.Text.Json;
using LLMBlender.Abstractions;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>The body of <c>/v1/responses</c>, as the chat request that it amounts to. Nothing of it is stored.</summary>
internal static class ResponsesFields
{
    private const string InputRule = "a string that says something, or a list of messages";

    private static readonly (string Field, string Why, Func<JsonElement, bool> Harmless)[] Wishes =
    [
        ("previous_response_id", "no response is stored: send the conversation as \"input\"", static _ => false),
        ("conversation", "no conversation is stored: send it as \"input\"", static _ => false),
        ("store", "no response is stored", static value => value.ValueKind is JsonValueKind.False),
        ("background", "an answer is given at once or as a stream", static value => value.ValueKind is JsonValueKind.False),
        ("tools", "ask /v1/chat/completions for them", IsEmpty),
        ("tool_choice", "ask /v1/chat/completions for tools", static value => value.ValueKind is JsonValueKind.String && (value.ValueEquals("auto") || value.ValueEquals("none"))),
        ("include", "there is nothing more to tell", IsEmpty),
        ("prompt", "no prompts are stored", static _ => false),
        ("reasoning", "the panel's models think as their own settings have it", static value => value.ValueKind is JsonValueKind.Object && value.EnumerateObject().All(static field => field.Value.ValueKind is JsonValueKind.Null)),
        ("top_logprobs", "a blended text has no probabilities of its own", static value => value.ValueKind is JsonValueKind.Number && value.GetDouble() == 0),
        ("truncation", "nothing is cut from a conversation", static value => value.ValueKind is JsonValueKind.String && value.ValueEquals("disabled")),
    ];

    /// <summary>Reads a body.</summary>
    /// <exception cref="RequestException">It breaks a rule, or wishes what can't be.</exception>
    public static ChatRequest Read(JsonElement body)
    {
        var fields = RequestFields.Of(body);
        foreach (var (field, why, isHarmless) in Wishes)
        {
            if (fields.Raw(field) is { } value && !isHarmless(value))
            {
                throw new RequestException(ApiError.Unsupported(field, $"\"{field}\" can't be honoured: {why}"));
            }
        }

        var text = fields.OptionalObject("text");
        if (text?.Raw("verbosity") is { } verbosity && !(verbosity.ValueKind is JsonValueKind.String && verbosity.ValueEquals("medium")))
        {
            throw new RequestException(ApiError.Unsupported(
                "text.verbosity", "\"text.verbosity\" can't be honoured: the panel's models write as their own settings have it"));
        }

        var own = fields.OptionalObject("llmblender");
        return new ChatRequest
        {
            Model = fields.Text("model"),
            Messages = ReadTurns(fields),
            Sampling = new Sampling
            {
                Temperature = fields.OptionalReal("temperature", 0, 2),
                TopP = fields.OptionalReal("top_p", 0, 1),
                MaxTokens = (int?)fields.OptionalWhole("max_output_tokens", 1, int.MaxValue),
            },
            Format = text is { } form ? FormatField.ReadFlat(form) : null,
            FormatName = "text.format",
            Tools = null,
            Count = 1,
            Stream = fields.Flag("stream"),
            WithUsage = true,
            WithTrace = own?.Flag("trace") == true,
            WithProgress = false,
            Timeout = own?.Timeout() ?? RequestTime.Default,
        };
    }

    private static bool IsEmpty(JsonElement value) => value.ValueKind is JsonValueKind.Array && value.GetArrayLength() == 0;

    private static ChatTurn[] ReadTurns(RequestFields fields)
    {
        var turns = new List<ChatTurn>();
        if (fields.OptionalText("instructions") is { } instructions)
        {
            turns.Add(new ChatTurn(Conversation.System, instructions));
        }

        if (fields.Raw("input") is { ValueKind: JsonValueKind.Array } items)
        {
            turns.AddRange(items.EnumerateArray().Select((item, i) => ReadTurn(RequestFields.Of(item, $"input[{i}]"))));
        }
        else
        {
            turns.Add(new ChatTurn(Conversation.User, fields.Text("input")));
        }

        turns.RemoveAll(static turn => string.IsNullOrWhiteSpace(turn.Text));
        return turns.Exists(static turn => turn.Role != Conversation.System) ? [.. turns]
            : throw new RequestException(ApiError.Invalid("input", $"\"input\" says nothing, and must be {InputRule}"));
    }

    private static ChatTurn ReadTurn(RequestFields item)
    {
        if (item.OptionalText("type") is { } type and not "message")
        {
            throw new RequestException(ApiError.Unsupported(item.NameOf("type"), $"\"{item.NameOf("type")}\" is \"{type}\", and only messages are read"));
        }

        var role = item.Text("role");
        var turn = role switch
        {
            "system" or "developer" => Conversation.System,
            "user" => Conversation.User,
            "assistant" => Conversation.Assistant,
            _ => throw new RequestException(ApiError.Invalid(
                item.NameOf("role"), $"\"{item.NameOf("role")}\" is \"{role}\", and must be one of system, developer, user, assistant")),
        };
        return new ChatTurn(turn, ReadContent(item));
    }

    private static string ReadContent(RequestFields item)
    {
        if (item.Raw("content") is not { ValueKind: JsonValueKind.Array } parts)
        {
            return item.Text("content");
        }

        return string.Join('\n', parts.EnumerateArray().Select((entry, i) =>
        {
            var part = RequestFields.Of(entry, $"{item.NameOf("content")}[{i}]");
            return part.Text("type") is "input_text" or "output_text"
                ? part.Text("text")
                : throw new RequestException(ApiError.Unsupported(
                    part.NameOf("type"), $"a blend reads parts of type \"input_text\" and \"output_text\", and this one is \"{part.Text("type")}\""));
        }));
    }
}
