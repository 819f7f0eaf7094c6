using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;
using LLMBlender.Gateway.OpenAI;

namespace LLMBlender.Gateway.Anthropic;

/// <summary>The body of <c>/v1/messages</c> and <c>/v1/messages/count_tokens</c>.</summary>
internal sealed record MessagesBody : IRawBody
{
    private static readonly string[] NotForwarded =
    [
        "model", "messages", "system", "max_tokens", "stream", "stop_sequences", "tools", "tool_choice", "llmblender", "betas", "metadata", "thinking", "temperature", "top_p",
        "output_format",
    ];

    /// <summary>A panel's name.</summary>
    public required string Model { get; init; }

    /// <summary>The conversation, one message at least.</summary>
    public required MessageBody[] Messages { get; init; }

    /// <summary>The system prompt: a string, or a list of text blocks.</summary>
    [JsonUnion("a string, or a list of text blocks", typeof(string), typeof(ContentBlock[]))]
    public JsonElement? System { get; init; }

    /// <summary>The maximum tokens of the answer, at least 1.</summary>
    [Range(1, int.MaxValue)]
    public int? MaxTokens { get; init; }

    /// <summary>Whether the answer is sent as server-sent events.</summary>
    public bool? Stream { get; init; }

    /// <summary>Stop texts, which end an answer before their first occurrence.</summary>
    public string[]? StopSequences { get; init; }

    /// <summary>The sampling temperature; by default each backend's.</summary>
    [Range(0, 2.0)]
    public float? Temperature { get; init; }

    /// <summary>The nucleus sampling probability (top-p).</summary>
    [Range(0, 1.0)]
    public float? TopP { get; init; }

    /// <summary>Tools that the answer may call, at most 512; supported if the panel passes them on (Passes: tools). Anthropic's own are ignored with a warning.</summary>
    public MessagesTool[]? Tools { get; init; }

    /// <summary>Whether the answer calls a tool.</summary>
    public MessagesToolChoice? ToolChoice { get; init; }

    /// <summary>Whether and how much members think; passed on to members with Anthropic's API.</summary>
    [JsonUnion("an object", typeof(object))]
    public JsonElement? Thinking { get; init; }

    /// <summary>LLMBlender's extensions.</summary>
    [JsonPropertyName("llmblender")]
    public OwnOptions? Own { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public JsonElement Source { get; set; }

    /// <summary>Converts the body to a request.</summary>
    /// <exception cref="ApiException">A parameter is not supported.</exception>
    /// <exception cref="JsonFieldException">A field is invalid.</exception>
    public ChatRequest ToChat()
    {
        var input = new MessagesInput();
        var (offer, ignored) = MessagesTool.Read(Tools ?? [], ToolChoice);
        return new ChatRequest
        {
            Model = Model,
            Messages = input.Read(this),
            Sampling = new Sampling { Temperature = Temperature, TopP = TopP, MaxTokens = MaxTokens, Stop = StopSequences is { Length: > 0 } stops ? stops : null },
            Format = null,
            Tools = offer,
            Fields = ReadFields(),
            Warnings =
            [
                .. ignored.Select(static type => $"\"tools\" of type \"{type}\" are not supported and were left out; only functions are passed on"),
                .. input.Ignored.Select(static type => $"content blocks of type \"{type}\" are not supported and were left out"),
            ],
            Count = 1,
            Stream = Stream == true,
            WithUsage = true,
            WithTrace = Own?.Trace == true,
            WithProgress = false,
            Timeout = Own?.Time ?? RequestTime.Longest,
        };
    }

    private string? ReadFields()
    {
        var fields = Source.ValueKind is JsonValueKind.Object
            ? Source.EnumerateObject().Where(static field => !NotForwarded.Contains(field.Name) && field.Value.ValueKind is not JsonValueKind.Null).Select(static field => (field.Name, field.Value)).ToList()
            : [];
        if (Thinking is { ValueKind: JsonValueKind.Object } thinking)
        {
            fields.Add(("thinking", thinking));
        }

        // Anthropic's name of the end user.
        if (Source.ValueKind is JsonValueKind.Object && Source.TryGetProperty("metadata", out var metadata) && metadata.ValueKind is JsonValueKind.Object
            && metadata.TryGetProperty("user_id", out var user) && user.ValueKind is JsonValueKind.String)
        {
            fields.Add(("user", user));
        }

        return ForwardedFields.Write(fields);
    }
}

/// <summary>A message.</summary>
internal sealed record MessageBody
{
    /// <summary>The role: user, assistant; system in the place of the system prompt.</summary>
    public required string Role { get; init; }

    /// <summary>The content: a string, or a list of blocks.</summary>
    [JsonUnion("a string, or a list of content blocks", typeof(string), typeof(ContentBlock[]))]
    public required JsonElement Content { get; init; }
}

/// <summary>A block of a content.</summary>
internal sealed record ContentBlock
{
    /// <summary>The type: text, image, document, tool_use, tool_result, thinking, redacted_thinking.</summary>
    public required string Type { get; init; }

    /// <summary>The text.</summary>
    public string? Text { get; init; }

    /// <summary>The text of a thinking block.</summary>
    public string? Thinking { get; init; }

    /// <summary>The signature of a thinking block, which the next request returns.</summary>
    public string? Signature { get; init; }

    /// <summary>The data of a redacted thinking block.</summary>
    public string? Data { get; init; }

    /// <summary>The source of an image or document.</summary>
    [JsonUnion("an object", typeof(object))]
    public JsonElement? Source { get; init; }

    /// <summary>The id of a tool use.</summary>
    public string? Id { get; init; }

    /// <summary>The tool that is used.</summary>
    public string? Name { get; init; }

    /// <summary>The arguments of a tool use.</summary>
    [JsonUnion("an object", typeof(object))]
    public JsonElement? Input { get; init; }

    /// <summary>The tool use that a result belongs to.</summary>
    public string? ToolUseId { get; init; }

    /// <summary>The content of a result: a string, or a list of blocks.</summary>
    [JsonUnion("a string, or a list of content blocks", typeof(string), typeof(ContentPart[]))]
    public JsonElement? Content { get; init; }
}

/// <summary>Which tool the answer calls.</summary>
internal sealed record MessagesToolChoice
{
    /// <summary>The type: auto, any, tool, none.</summary>
    public required string Type { get; init; }

    /// <summary>The name, with the type tool.</summary>
    public string? Name { get; init; }

    /// <summary>Whether the answer makes one call at most.</summary>
    public bool? DisableParallelToolUse { get; init; }
}

/// <summary>A tool.</summary>
internal sealed record MessagesTool
{
    /// <summary>The type: custom, which is the default. Others are ignored.</summary>
    public string? Type { get; init; }

    /// <summary>Its name: 1 to 256 characters without spaces.</summary>
    public required string Name { get; init; }

    /// <summary>What it does.</summary>
    public string? Description { get; init; }

    /// <summary>The JSON schema of its arguments.</summary>
    [JsonUnion("an object", typeof(object))]
    public JsonElement? InputSchema { get; init; }

    /// <summary>Reads the tools that answers may call, and the types of those that are ignored.</summary>
    /// <exception cref="JsonFieldException">A field is invalid.</exception>
    public static (ToolOffer? Offer, IReadOnlyCollection<string> Ignored) Read(MessagesTool[] list, MessagesToolChoice? choice)
    {
        var tools = list.Index().Where(static tool => tool.Item.Type is null or "custom").Select(static tool => tool.Item.ToTool($"tools[{tool.Index}]")).ToArray();
        ToolReader.CheckNames(tools);
        var ignored = new SortedSet<string>(list.Select(static tool => tool.Type).Where(static type => type is not (null or "custom"))!, StringComparer.Ordinal);
        if (tools.Length == 0)
        {
            return (null, ignored);
        }

        var (how, only) = choice?.Type switch
        {
            null or "auto" => (Abstractions.ToolChoice.Auto, null),
            "none" => (Abstractions.ToolChoice.None, null),
            "any" => (Abstractions.ToolChoice.Required, null),
            "tool" when Array.Exists(tools, tool => tool.Name == choice.Name) => (Abstractions.ToolChoice.Required, choice.Name),
            _ => throw new JsonFieldException("tool_choice", "\"tool_choice\" must be one of auto, any, none, or tool with the name of a tool"),
        };
        return (new ToolOffer(tools) { Choice = how, Only = only, Parallel = choice?.DisableParallelToolUse == true ? false : null }, ignored);
    }

    private Tool ToTool(string path)
    {
        var tool = new Tool(
            ToolReader.CheckName(Name, path), Description, InputSchema is { ValueKind: JsonValueKind.Object } schema ? schema.GetRawText() : null, null);
        return tool with { Source = ChatSource.ToTool(tool).ToJsonString(ChatSource.Plain) };
    }
}
