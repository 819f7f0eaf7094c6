using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>Reads <c>tools</c>, <c>tool_choice</c> and <c>parallel_tool_calls</c>, and a message's <c>tool_calls</c>.</summary>
internal static class ToolReader
{
    /// <summary>The rule for <c>tool_choice</c>.</summary>
    public const string ChoiceRule = "one of none, auto, required, or {\"type\":\"function\",\"function\":{\"name\"}} with the name of a tool";

    private const int MaxTools = 128;
    private const int MaxNameLength = 64;
    private const string ToolRule = "a list of functions, each {\"type\":\"function\",\"function\":{\"name\",…}}";

    /// <summary>Reads the tools that answers may call; returns null for none.</summary>
    /// <exception cref="ApiException">A tool is not a function.</exception>
    /// <exception cref="JsonFieldException">A field is invalid.</exception>
    public static ToolOffer? Read(ChatBody body)
    {
        var tools = (body.Tools ?? []).Select((tool, i) => ReadTool(tool, $"tools[{i}]") with { Source = body.SourceOf("tools", i) }).ToArray();
        CheckNames(tools);
        var (choice, only) = ReadChoice(body.ToolChoice, tools);
        return tools.Length == 0 ? null : new ToolOffer(tools) { Choice = choice, Only = only, Parallel = body.ParallelToolCalls };
    }

    /// <summary>Checks the number of tools and that names are unique.</summary>
    /// <exception cref="JsonFieldException">A rule is broken.</exception>
    public static void CheckNames(IReadOnlyCollection<Tool> tools)
    {
        if (tools.Count > MaxTools || tools.DistinctBy(static tool => tool.Name).Count() < tools.Count)
        {
            throw new JsonFieldException("tools", $"\"tools\" must list {MaxTools} at most, each with a unique name");
        }
    }

    /// <summary>Checks a name by the rule of OpenAI's API.</summary>
    /// <param name="name">The name.</param>
    /// <param name="path">The path of the object with the name, for errors.</param>
    /// <exception cref="JsonFieldException">The name is invalid.</exception>
    public static string CheckName(string name, string path) =>
        name.Length is > 0 and <= MaxNameLength && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
            ? name
            : throw JsonFault.Refused($"{path}.name", JsonSerializer.SerializeToElement(name), "1 to 64 letters, digits, _ and -");

    /// <summary>Returns the function of a tool, a call or a choice.</summary>
    /// <exception cref="ApiException">The type is not a function.</exception>
    /// <exception cref="JsonFieldException">The function is missing.</exception>
    public static T Function<T>(string? type, T? function, string path, string rule)
        where T : class => type is null or "function"
        ? function ?? throw JsonFault.Missing($"{path}.function", rule)
        : throw new ApiException(ApiError.Unsupported($"{path}.type", $"\"{path}.type\" is \"{type}\", and only functions are passed on"));

    private static Tool ReadTool(ToolBody tool, string path)
    {
        var function = Function(tool.Type, tool.Function, path, ToolRule);
        return new Tool(
            CheckName(function.Name, $"{path}.function"),
            function.Description,
            function.Parameters switch
            {
                null => null,
                { ValueKind: JsonValueKind.Object } schema => schema.GetRawText(),
                { } other => throw JsonFault.Refused($"{path}.function.parameters", other, "a JSON object"),
            },
            function.Strict);
    }

    private static (ToolChoice Choice, string? Only) ReadChoice(JsonElement? field, Tool[] tools)
    {
        if (field is not { } choice)
        {
            return (ToolChoice.Auto, null);
        }

        if (choice.ValueKind is JsonValueKind.String && (tools.Length > 0 || !choice.ValueEquals("required")))
        {
            return choice.GetString() switch
            {
                "auto" => (ToolChoice.Auto, null),
                "none" => (ToolChoice.None, null),
                "required" => (ToolChoice.Required, null),
                _ => throw JsonFault.Refused("tool_choice", choice, ChoiceRule),
            };
        }

        var name = choice.ValueKind is JsonValueKind.Object ? ReadName(choice) : null;
        return Array.Exists(tools, tool => tool.Name == name) ? (ToolChoice.Required, name) : throw JsonFault.Refused("tool_choice", choice, ChoiceRule);
    }

    private static string ReadName(JsonElement choice)
    {
        var body = JsonRecord.Read(choice, GatewayJsonContext.Default.ToolChoiceBody, "tool_choice");
        return CheckName(Function(body.Type, body.Function, "tool_choice", ChoiceRule).Name, "tool_choice.function");
    }
}
