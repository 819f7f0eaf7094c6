using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>Reads <c>tools</c>, <c>tool_choice</c> and <c>parallel_tool_calls</c>, and a message's <c>tool_calls</c>.</summary>
internal static class ToolReader
{
    /// <summary>The rule for <c>tool_choice</c>.</summary>
    public const string ChoiceRule = "one of none, auto, required, or {\"type\":\"function\",\"function\":{\"name\"}} with the name of a tool";

    private const int MaxTools = 512;
    private const int MaxNameLength = 256;
    private const string ToolRule = "a list of functions, each {\"type\":\"function\",\"function\":{\"name\",…}}";

    /// <summary>Reads the tools that answers may call, null for none, and the types of those that are ignored.</summary>
    /// <exception cref="JsonFieldException">A field is invalid.</exception>
    public static (ToolOffer? Offer, IReadOnlyCollection<string> Ignored) Read(ChatBody body)
    {
        var ignored = new SortedSet<string>(StringComparer.Ordinal);
        var tools = new List<Tool>();
        foreach (var (i, tool) in (body.Tools ?? []).Index())
        {
            if (tool.Type is { } type and not "function")
            {
                ignored.Add(type);
            }
            else
            {
                tools.Add(ReadTool(tool, $"tools[{i}]") with { Source = body.SourceOf("tools", i) });
            }
        }

        CheckNames(tools);
        var (choice, only) = ReadChoice(body.ToolChoice, [.. tools], ignored.Count > 0);
        return (tools.Count == 0 ? null : new ToolOffer([.. tools]) { Choice = choice, Only = only, Parallel = body.ParallelToolCalls }, ignored);
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

    /// <summary>Checks a name. Servers have rules of their own: OpenAI's allows 64 letters, digits, _ and -, others allow dots and longer names.</summary>
    /// <param name="name">The name.</param>
    /// <param name="path">The path of the object with the name, for errors.</param>
    /// <exception cref="JsonFieldException">The name is invalid.</exception>
    public static string CheckName(string name, string path) =>
        name.Length is > 0 and <= MaxNameLength && !name.Any(static c => char.IsControl(c) || char.IsWhiteSpace(c))
            ? name
            : throw JsonFault.Refused($"{path}.name", JsonSerializer.SerializeToElement(name), $"1 to {MaxNameLength} characters without spaces");

    /// <summary>Returns the function of a tool, a call or a choice.</summary>
    /// <exception cref="ApiException">The type is not a function.</exception>
    /// <exception cref="JsonFieldException">The function is missing.</exception>
    public static T Function<T>(string? type, T? function, string path, string rule)
        where T : class => type is null or "function"
        ? function ?? throw JsonFault.Missing($"{path}.function", rule)
        : throw new ApiException(ApiError.Unsupported($"{path}.type", $"\"{path}.type\" is \"{type}\", and only functions are passed on"));

    /// <summary>Reads a function.</summary>
    /// <exception cref="JsonFieldException">A field is invalid.</exception>
    public static Tool ReadFunction(FunctionBody function, string path) => new(
        CheckName(function.Name, path),
        function.Description,
        function.Parameters switch
        {
            null => null,
            { ValueKind: JsonValueKind.Object } schema => schema.GetRawText(),
            { } other => throw JsonFault.Refused($"{path}.parameters", other, "a JSON object"),
        },
        function.Strict);

    private static Tool ReadTool(ToolBody tool, string path) => ReadFunction(Function(tool.Type, tool.Function, path, ToolRule), $"{path}.function");

    private static (ToolChoice Choice, string? Only) ReadChoice(JsonElement? field, Tool[] tools, bool isPart)
    {
        if (field is not { } choice)
        {
            return (ToolChoice.Auto, null);
        }

        if (choice.ValueKind is JsonValueKind.String && (tools.Length > 0 || isPart || !choice.ValueEquals("required")))
        {
            return choice.GetString() switch
            {
                "auto" => (ToolChoice.Auto, null),
                "none" => (ToolChoice.None, null),

                // Mistral's name is "any".
                "required" or "any" => (ToolChoice.Required, null),
                _ => throw JsonFault.Refused("tool_choice", choice, ChoiceRule),
            };
        }

        // A choice among tools that are left out, or a list of allowed ones.
        if (isPart || (choice.ValueKind is JsonValueKind.Object && choice.TryGetProperty("type", out var type) && type.ValueKind is JsonValueKind.String && !type.ValueEquals("function")))
        {
            return (ToolChoice.Auto, null);
        }

        var name = choice.ValueKind is JsonValueKind.Object ? ReadName(choice) : null;
        return Array.Exists(tools, tool => tool.Name == name) ? (ToolChoice.Required, name) : throw JsonFault.Refused("tool_choice", choice, ChoiceRule);
    }

    private static string ReadName(JsonElement choice)
    {
        var body = JsonRecord.Read(choice, GatewayJsonContext.Default.ToolChoiceBody, "tool_choice");
        return CheckName(body.Name ?? Function(body.Type, body.Function, "tool_choice", ChoiceRule).Name, "tool_choice.function");
    }
}
