using System.Text.Json;
using LLMBlender.Abstractions;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>The body of <c>/v1/chat/completions</c>. What a blend can't honour is refused by name and never dropped in silence.</summary>
internal sealed record ChatRequest
{
    private const int MostAnswers = 8;
    private const int MostStops = 4;

    /// <summary>The panel.</summary>
    public required string Model { get; init; }

    /// <summary>The conversation.</summary>
    public required ChatTurn[] Messages { get; init; }

    /// <summary>How the panel is to write.</summary>
    public required Sampling Sampling { get; init; }

    /// <summary>The form that the answer must have; null for text as it comes.</summary>
    public required AnswerFormat? Format { get; init; }

    /// <summary>What the field is called that <see cref="Format"/> came from.</summary>
    public string FormatName { get; init; } = "response_format";

    /// <summary>What the answer may call; null for nothing.</summary>
    public required ToolOffer? Tools { get; init; }

    /// <summary>How many answers, each a blend of its own.</summary>
    public required int Count { get; init; }

    /// <summary>Whether the answer is to come as it is written.</summary>
    public required bool Stream { get; init; }

    /// <summary>Whether a stream ends with what it cost.</summary>
    public required bool WithUsage { get; init; }

    /// <summary>Whether the response is to carry its trace.</summary>
    public required bool WithTrace { get; init; }

    /// <summary>Whether a stream is to tell its steps.</summary>
    public required bool WithProgress { get; init; }

    /// <summary>The time that it may take.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>Reads a body.</summary>
    /// <exception cref="RequestException">It breaks a rule, or wishes what can't be.</exception>
    public static ChatRequest Of(JsonElement body)
    {
        var fields = RequestFields.Of(body);
        Unsupported.Check(fields);
        var own = fields.OptionalObject("llmblender");
        return new ChatRequest
        {
            Model = fields.Text("model"),
            Messages = ReadMessages(fields),
            Sampling = new Sampling
            {
                Temperature = fields.OptionalReal("temperature", 0, 2),
                TopP = fields.OptionalReal("top_p", 0, 1),
                MaxTokens = (int?)(fields.OptionalWhole("max_completion_tokens", 1, int.MaxValue) ?? fields.OptionalWhole("max_tokens", 1, int.MaxValue)),
                Stop = ReadStop(fields),
                Seed = fields.OptionalWhole("seed", long.MinValue, long.MaxValue - MostAnswers),
                PresencePenalty = fields.OptionalReal("presence_penalty", -2, 2),
                FrequencyPenalty = fields.OptionalReal("frequency_penalty", -2, 2),
            },
            Format = FormatField.Read(fields),
            Tools = ToolFields.Read(fields),
            Count = (int)(fields.OptionalWhole("n", 1, MostAnswers) ?? 1),
            Stream = fields.Flag("stream"),
            WithUsage = fields.OptionalObject("stream_options")?.Flag("include_usage") == true,
            WithTrace = own?.Flag("trace") == true,
            WithProgress = own?.Flag("progress") == true,
            Timeout = own?.Timeout() ?? RequestTime.Default,
        };
    }

    /// <summary>Checks that a panel passes on what its members are asked for.</summary>
    /// <exception cref="RequestException">It does not.</exception>
    public void CheckPanel(PanelCard panel)
    {
        var turn = Array.FindIndex(Messages, static turn => turn.Calls is not null || turn.CallId is not null);
        Refuse(Tools is not null, "tools", PanelWish.Tools);
        Refuse(turn >= 0, "messages", PanelWish.Tools);
        Refuse(Format is not null, FormatName, PanelWish.ResponseFormat);

        void Refuse(bool isWished, string field, string wish)
        {
            if (isWished && !panel.Passes.Contains(wish))
            {
                throw new RequestException(ApiError.Unsupported(
                    field, $"\"{field}\" can't be honoured: panel \"{panel.Name}\" does not pass on {wish}; it would with Passes: [\"{wish}\"]"));
            }
        }
    }

    /// <summary>What the cluster is asked for one of the answers.</summary>
    public BlendRequest ToBlend(int index) => new()
    {
        Instruction = Conversation.ToInstruction(Messages),
        Messages = Messages,
        Panel = Model,
        Sampling = Sampling.Seed is { } seed ? Sampling with { Seed = seed + index } : Sampling,
        Format = Format,
        Tools = Tools,
        WithTrace = WithTrace,
        WithProgress = Stream && WithProgress,
        Timeout = Timeout,
    };

    private static ChatTurn[] ReadMessages(RequestFields fields)
    {
        const string Rule = "a list of messages, one at least";
        var list = fields.OptionalList("messages", Rule)
            ?? throw new RequestException(ApiError.Invalid("messages", $"\"messages\" is missing, and must be {Rule}"));
        var turns = new List<ChatTurn>(list.Length);
        for (var i = 0; i < list.Length; i++)
        {
            var message = RequestFields.Of(list[i], $"messages[{i}]");
            var role = ReadRole(message);
            var turn = new ChatTurn(role, ReadContent(message))
            {
                Calls = ToolFields.ReadCalls(message),
                CallId = role == Conversation.Tool ? message.Text("tool_call_id") : null,
            };
            if (!string.IsNullOrWhiteSpace(turn.Text) || turn.Calls is not null || turn.CallId is not null)
            {
                turns.Add(turn);
            }
        }

        return turns.Count > 0 ? [.. turns] : throw new RequestException(ApiError.Invalid("messages", $"\"messages\" says nothing, and must be {Rule}"));
    }

    private static string ReadRole(RequestFields message)
    {
        var role = message.Text("role");
        if (role is "function" || message.Raw("function_call") is not null)
        {
            throw new RequestException(ApiError.Unsupported(message.NameOf("role"), "calls of functions are not read: say it with \"tool_calls\" and the role \"tool\""));
        }

        return role switch
        {
            "system" or "developer" => Conversation.System,
            "user" => Conversation.User,
            "assistant" => Conversation.Assistant,
            "tool" => Conversation.Tool,
            _ => throw new RequestException(ApiError.Invalid(
                message.NameOf("role"), $"\"{message.NameOf("role")}\" is \"{role}\", and must be one of system, developer, user, assistant, tool")),
        };
    }

    private static string ReadContent(RequestFields message)
    {
        if (message.Raw("content") is not { ValueKind: JsonValueKind.Array } parts)
        {
            return message.OptionalText("content") ?? "";
        }

        var texts = new List<string>();
        foreach (var entry in parts.EnumerateArray())
        {
            var part = RequestFields.Of(entry, $"{message.NameOf("content")}[{texts.Count}]");
            var type = part.Text("type");
            texts.Add(type is "text"
                ? part.Text("text")
                : throw new RequestException(ApiError.Unsupported(part.NameOf("type"), $"a blend reads parts of type \"text\", and this one is \"{type}\"")));
        }

        return string.Join('\n', texts);
    }

    private static string[]? ReadStop(RequestFields fields)
    {
        if (fields.Raw("stop") is not { } stop)
        {
            return null;
        }

        string[] texts = stop.ValueKind switch
        {
            JsonValueKind.String => [stop.GetString()!],
            JsonValueKind.Array when stop.EnumerateArray().All(static text => text.ValueKind is JsonValueKind.String) => [.. stop.EnumerateArray().Select(static text => text.GetString()!)],
            _ => [],
        };
        return texts.Length is > 0 and <= MostStops && !texts.Contains("") ? texts
            : throw fields.Wrong("stop", stop, $"a text that says something, or a list of 1 to {MostStops} of them");
    }
}
