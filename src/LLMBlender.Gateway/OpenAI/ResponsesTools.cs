using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>Reads the tools of <c>/v1/responses</c>.</summary>
internal static class ResponsesTools
{
    /// <summary>The type of a tool whose argument is a text.</summary>
    public const string Custom = "custom";

    private const string ChoiceRule = "one of none, auto, required, or {\"type\":\"function\",\"name\"} with the name of a tool";

    /// <summary>Reads the tools that answers may call, and the types of those that are ignored.</summary>
    /// <exception cref="JsonFieldException">A field is invalid.</exception>
    public static (ToolOffer? Offer, IReadOnlyCollection<string> Ignored) Read(ResponsesBody body)
    {
        var ignored = new SortedSet<string>(StringComparer.Ordinal);
        var tools = new List<Tool>();
        if (body.Tools is { } list)
        {
            if (list.ValueKind is not JsonValueKind.Array)
            {
                throw JsonFault.Refused("tools", list, "a list of tools");
            }

            var i = 0;
            foreach (var entry in list.EnumerateArray())
            {
                Add(entry, $"tools[{i++}]", tools, ignored);
            }
        }

        ToolReader.CheckNames(tools);
        var (choice, only) = ReadChoice(body.ToolChoice, tools);
        return (tools.Count == 0 ? null : new ToolOffer([.. tools]) { Choice = choice, Only = only, Parallel = body.ParallelToolCalls }, ignored);
    }

    private static void Add(JsonElement entry, string path, List<Tool> tools, SortedSet<string> ignored)
    {
        var tool = JsonRecord.Read(entry, GatewayJsonContext.Default.ResponsesTool, path);
        if (tool.Type is not ("function" or Custom))
        {
            ignored.Add(tool.Type);
            return;
        }

        var name = ToolReader.CheckName(tool.Name ?? throw JsonFault.Missing($"{path}.name", "a string"), path);
        var read = tool.Type is Custom ? CustomToolCalls.ToFunction(name, tool.Description, tool.Format)
            : new Tool(name, tool.Description, tool.Parameters is { ValueKind: JsonValueKind.Object } schema ? schema.GetRawText() : null, tool.Strict);
        tools.Add(read with { Source = ChatSource.ToTool(read).ToJsonString(ChatSource.Plain) });
    }

    private static (ToolChoice Choice, string? Only) ReadChoice(JsonElement? field, List<Tool> tools)
    {
        switch (field)
        {
            case null:
                return (ToolChoice.Auto, null);
            case { ValueKind: JsonValueKind.String } text:
                return text.GetString() switch
                {
                    "auto" => (ToolChoice.Auto, null),
                    "none" => (ToolChoice.None, null),
                    "required" => (ToolChoice.Required, null),
                    _ => throw JsonFault.Refused("tool_choice", text, ChoiceRule),
                };
            case { ValueKind: JsonValueKind.Object } choice when IsOfTool(choice) && choice.TryGetProperty("name", out var name) && name.ValueKind is JsonValueKind.String:
                return tools.Exists(tool => tool.Name == name.GetString())
                    ? (ToolChoice.Required, name.GetString())
                    : throw JsonFault.Refused("tool_choice", choice, ChoiceRule);
            case { ValueKind: JsonValueKind.Object }:
                // A choice among tools that are left out, or a list of allowed ones.
                return (ToolChoice.Auto, null);
            case { } other:
                throw JsonFault.Refused("tool_choice", other, ChoiceRule);
        }
    }

    private static bool IsOfTool(JsonElement choice) =>
        !choice.TryGetProperty("type", out var type) || (type.ValueKind is JsonValueKind.String && (type.ValueEquals("function") || type.ValueEquals(Custom)));
}

/// <summary>A tool of <c>/v1/responses</c>.</summary>
internal sealed record ResponsesTool
{
    /// <summary>The type: function, or custom, whose argument is a text and which members get as a function. Others are ignored.</summary>
    public required string Type { get; init; }

    /// <summary>The function's name.</summary>
    public string? Name { get; init; }

    /// <summary>What it does.</summary>
    public string? Description { get; init; }

    /// <summary>The JSON schema of its arguments.</summary>
    [JsonUnion("a JSON object", typeof(object))]
    public JsonElement? Parameters { get; init; }

    /// <summary>The format of a custom tool's text.</summary>
    [JsonUnion("an object", typeof(object))]
    public JsonElement? Format { get; init; }

    /// <summary>Whether the schema is enforced token by token by backends that support it.</summary>
    public bool? Strict { get; init; }
}
