using System.Text.Json;
using System.Text.Json.Serialization;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>A tool that answers may call.</summary>
internal sealed record ToolBody
{
    /// <summary>The type: function. Others are ignored with a warning.</summary>
    public string? Type { get; init; }

    /// <summary>The function.</summary>
    public FunctionBody? Function { get; init; }
}

/// <summary>A function that answers may call.</summary>
internal sealed record FunctionBody
{
    /// <summary>Its name: 1 to 256 characters without spaces.</summary>
    public required string Name { get; init; }

    /// <summary>What it does.</summary>
    public string? Description { get; init; }

    /// <summary>The JSON schema of its arguments.</summary>
    [JsonUnion("a JSON object", typeof(object))]
    public JsonElement? Parameters { get; init; }

    /// <summary>Whether the schema is enforced token by token by backends that support it.</summary>
    public bool? Strict { get; init; }
}

/// <summary>The function to call.</summary>
internal sealed record ToolChoiceBody
{
    /// <summary>The type: function.</summary>
    public string? Type { get; init; }

    /// <summary>The function.</summary>
    public FunctionName? Function { get; init; }

    /// <summary>The function's name, in the form of responses.</summary>
    public string? Name { get; init; }
}

/// <summary>A function's name.</summary>
internal sealed record FunctionName
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }
}

/// <summary>A call of a tool.</summary>
internal sealed record ToolCallBody
{
    /// <summary>Its index among the calls; only in streams.</summary>
    public int? Index { get; init; }

    /// <summary>The id that its result refers to.</summary>
    public string? Id { get; init; }

    /// <summary>The type: function.</summary>
    public string? Type { get; init; }

    /// <summary>The function and its arguments.</summary>
    public FunctionCall? Function { get; init; }

    /// <summary>Fields that the member's server added, unchanged.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }

    /// <summary>Creates the JSON form of calls.</summary>
    public static ToolCallBody[] Create(ToolUse use) =>
    [
        .. use.Calls.Select(static call => new ToolCallBody
        {
            Id = call.Id,
            Type = "function",
            Function = FunctionCall.Create(call.Name, call.Arguments),
            Other = ChatMessage.ReadFields(call.Fields),
        }),
    ];

    /// <summary>Creates the JSON form of a step of a streamed call.</summary>
    public static ToolCallBody Create(ToolCallStep step) => new()
    {
        Index = step.Index,
        Id = step.IsBegin ? step.Call.Id : null,
        Type = step.IsBegin ? "function" : null,
        Function = FunctionCall.Create(step.IsBegin ? step.Call.Name : null, step.Arguments ?? ""),
        Other = ChatMessage.ReadFields(step.Call.Fields),
    };

    /// <summary>Converts the call.</summary>
    /// <exception cref="ApiException">The call is not a function call.</exception>
    /// <exception cref="JsonFieldException">A field is invalid.</exception>
    public ToolCall ToCall(string path)
    {
        if (Type == ResponsesTools.Custom && Other?.GetValueOrDefault(Type) is { ValueKind: JsonValueKind.Object } custom)
        {
            return new ToolCall(Id ?? "", Text(custom, "name"), CustomToolCalls.ToArguments(Text(custom, "input")));
        }

        var function = ToolReader.Function(Type, Function, path, "{\"name\",\"arguments\"}");
        return new ToolCall(Id ?? "", ToolReader.CheckName(function.Name ?? throw JsonFault.Missing($"{path}.function.name", "a string"), $"{path}.function"), function.Text);
    }

    private static string Text(JsonElement custom, string field) =>
        custom.TryGetProperty(field, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString()! : "";
}

/// <summary>A function's name and arguments.</summary>
internal sealed record FunctionCall
{
    /// <summary>The name; in a stream, only in a call's first part.</summary>
    public string? Name { get; init; }

    /// <summary>The arguments, a JSON object as text; null for none. An object is read too.</summary>
    [JsonUnion("a JSON object as text", typeof(string), typeof(object))]
    public JsonElement? Arguments { get; init; }

    /// <summary>The arguments as text; empty for none.</summary>
    [JsonIgnore]
    public string Text => Arguments switch
    {
        null => "",
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { } other => other.GetRawText(),
    };

    /// <summary>Creates the JSON form of arguments.</summary>
    public static FunctionCall Create(string? name, string arguments) => new() { Name = name, Arguments = JsonSerializer.SerializeToElement(arguments, GatewayJsonContext.Default.String) };
}
