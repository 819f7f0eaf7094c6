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

    // What a panel changes by design.
    private static readonly string[] Changed = ["model", "max_tokens", "stream", "llmblender", "betas"];

    private static readonly string[] OfTools = ["tools", "tool_choice"];

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

    /// <summary>Tools that the answer may call, at most 512; supported if the panel passes them on (Passes: tools). Anthropic's own kinds are passed on to members with its API.</summary>
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

    /// <summary>The required form of the answer; supported if the panel passes it on (Passes: response_format).</summary>
    public MessagesFormat? OutputFormat { get; init; }

    /// <summary>Converts the body to a request.</summary>
    /// <param name="panel">The panel; null if there is no such panel.</param>
    /// <param name="betas">The values of the header <c>anthropic-beta</c>.</param>
    /// <exception cref="ApiException">A parameter is not supported.</exception>
    /// <exception cref="JsonFieldException">A field is invalid.</exception>
    public ChatRequest ToChat(PanelInfo? panel, IEnumerable<string?> betas)
    {
        var input = new MessagesInput();
        var messages = input.Read(this);
        var (offer, foreign) = MessagesTool.Read(Tools ?? [], ToolChoice, Source);
        string[] others = panel is null ? [] : [.. panel.Members.Except(panel.AnthropicMembers)];

        // Tools of Anthropic's own kinds alone are left out if they are no use to any member.
        var hasTools = offer is not null
            && (foreign.Count == 0 || (panel is { AnthropicMembers.Length: > 0 } && panel.Passes.Contains(ForwardedFeature.Tools)) || Array.Exists(Tools!, static tool => tool.IsFunction));
        return new ChatRequest
        {
            Model = Model,
            Messages = messages,
            Sampling = new Sampling { Temperature = Temperature, TopP = TopP, MaxTokens = MaxTokens, Stop = StopSequences is { Length: > 0 } stops ? stops : null },
            Format = OutputFormat?.ToFormat() ?? OutputConfigFormat(),
            FormatName = OutputFormat is null ? "output_config.format" : "output_format",
            Tools = hasTools ? offer : null,
            Fields = ReadFields(),
            AnthropicSource = panel is { AnthropicMembers.Length: > 0 } ? ToSource(hasTools, betas) : null,
            Warnings =
            [
                .. foreign.Where(_ => others.Length > 0 || !hasTools).Select(type => $"\"tools\" of type \"{type}\" were left out for {string.Join(", ", hasTools ? others : panel?.Members ?? [])}: only functions are passed on"),
                .. input.Ignored.Where(_ => others.Length > 0).Select(type => $"content blocks of type \"{type}\" were left out for {string.Join(", ", others)}"),
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

    private string? ToSource(bool withTools, IEnumerable<string?> betas)
    {
        if (Source.ValueKind is not JsonValueKind.Object)
        {
            return null;
        }

        var fields = Source.EnumerateObject().Where(field => !Changed.Contains(field.Name) && (withTools || !OfTools.Contains(field.Name))).Select(static field => (field.Name, field.Value)).ToList();
        string[] features =
        [
            .. betas.OfType<string>().SelectMany(static value => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)),
            .. Source.TryGetProperty("betas", out var listed) && listed.ValueKind is JsonValueKind.Array
                ? listed.EnumerateArray().Where(static name => name.ValueKind is JsonValueKind.String).Select(static name => name.GetString()!)
                : [],
        ];
        if (features.Length > 0)
        {
            fields.Add(("betas", JsonSerializer.SerializeToElement(features)));
        }

        return ForwardedFields.Write(fields);
    }

    // The newer place of the form.
    private AnswerFormat? OutputConfigFormat() =>
        Source.ValueKind is JsonValueKind.Object && Source.TryGetProperty("output_config", out var config) && config.ValueKind is JsonValueKind.Object
        && config.TryGetProperty("format", out var format) && format.ValueKind is JsonValueKind.Object
            ? JsonRecord.Read(format, GatewayJsonContext.Default.MessagesFormat, "output_config.format").ToFormat()
            : null;

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

    /// <summary>All other fields, unchanged.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }
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

/// <summary>The required form of an answer.</summary>
internal sealed record MessagesFormat
{
    /// <summary>The type: json_schema.</summary>
    public required string Type { get; init; }

    /// <summary>The JSON schema.</summary>
    [JsonUnion("an object", typeof(object))]
    public JsonElement? Schema { get; init; }

    /// <summary>Converts the form; null for text.</summary>
    public AnswerFormat? ToFormat() => Schema is { ValueKind: JsonValueKind.Object } schema ? new AnswerFormat { Schema = schema.GetRawText(), Name = "answer" } : null;
}

/// <summary>A tool.</summary>
internal sealed record MessagesTool
{
    /// <summary>The type: custom, which is the default. Anthropic's own kinds, such as web_search_20250305, are passed on to members with its API.</summary>
    public string? Type { get; init; }

    /// <summary>Its name: 1 to 256 characters without spaces.</summary>
    public string? Name { get; init; }

    /// <summary>What it does.</summary>
    public string? Description { get; init; }

    /// <summary>The JSON schema of its arguments.</summary>
    [JsonUnion("an object", typeof(object))]
    public JsonElement? InputSchema { get; init; }

    /// <summary>Whether it is a function of the caller, which every API has.</summary>
    [JsonIgnore]
    public bool IsFunction => Type is null or "custom";

    /// <summary>Reads the tools that answers may call, and the types of those that are no functions.</summary>
    /// <exception cref="JsonFieldException">A field is invalid.</exception>
    public static (ToolOffer? Offer, IReadOnlyCollection<string> Foreign) Read(MessagesTool[] list, MessagesToolChoice? choice, JsonElement body)
    {
        var tools = list.Index().Where(static tool => tool.Item.IsFunction || tool.Item.Name is not null).Select(tool => tool.Item.ToTool($"tools[{tool.Index}]", body, tool.Index)).ToArray();
        ToolReader.CheckNames(tools);
        var foreign = new SortedSet<string>(list.Where(static tool => !tool.IsFunction).Select(static tool => tool.Type)!, StringComparer.Ordinal);
        if (tools.Length == 0)
        {
            return (null, foreign);
        }

        var (how, only) = choice?.Type switch
        {
            null or "auto" => (Abstractions.ToolChoice.Auto, null),
            "none" => (Abstractions.ToolChoice.None, null),
            "any" => (Abstractions.ToolChoice.Required, null),
            "tool" when Array.Exists(tools, tool => tool.Name == choice.Name) => (Abstractions.ToolChoice.Required, choice.Name),
            _ => throw new JsonFieldException("tool_choice", "\"tool_choice\" must be one of auto, any, none, or tool with the name of a tool"),
        };
        return (new ToolOffer(tools) { Choice = how, Only = only, Parallel = choice?.DisableParallelToolUse == true ? false : null }, foreign);
    }

    private Tool ToTool(string path, JsonElement body, int index)
    {
        var name = ToolReader.CheckName(Name ?? throw JsonFault.Missing($"{path}.name", "a string"), path);
        if (!IsFunction)
        {
            return new Tool(name, null, null, null) { Source = body.ValueKind is JsonValueKind.Object ? body.GetProperty("tools")[index].GetRawText() : null };
        }

        var tool = new Tool(name, Description, InputSchema is { ValueKind: JsonValueKind.Object } schema ? schema.GetRawText() : null, null);
        return tool with { Source = ChatSource.ToTool(tool).ToJsonString(ChatSource.Plain) };
    }
}
