using System.Text.Json;
using System.Text.Json.Serialization;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>A tool that answers may call.</summary>
internal sealed record ToolBody
{
    /// <summary>The type: function.</summary>
    public string? Type { get; init; }

    /// <summary>The function.</summary>
    public FunctionBody? Function { get; init; }
}

/// <summary>A function that answers may call.</summary>
internal sealed record FunctionBody
{
    /// <summary>Its name: 1 to 64 letters, digits, _ and -.</summary>
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
    /// <param name="use">The calls.</param>
    /// <param name="withIndex">Whether each call contains its index.</param>
    public static ToolCallBody[] Create(ToolUse use, bool withIndex) =>
    [
        .. use.Calls.Select((call, i) => new ToolCallBody
        {
            Index = withIndex ? i : null,
            Id = call.Id,
            Type = "function",
            Function = new FunctionCall { Name = call.Name, Arguments = call.Arguments },
            Other = ChatMessage.ReadFields(call.Fields),
        }),
    ];

    /// <summary>Converts the call.</summary>
    /// <exception cref="ApiException">The call is not a function call.</exception>
    /// <exception cref="JsonFieldException">A field is invalid.</exception>
    public ToolCall ToCall(string path)
    {
        var function = ToolReader.Function(Type, Function, path, "{\"name\",\"arguments\"}");
        return new ToolCall(Id ?? "", ToolReader.CheckName(function.Name, $"{path}.function"), function.Arguments ?? "");
    }
}

/// <summary>A function's name and arguments.</summary>
internal sealed record FunctionCall
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The arguments, a JSON object as text; null for none.</summary>
    public string? Arguments { get; init; }
}
