using System.Text.Json;
using LLMBlender.Abstractions;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>The fields <c>tools</c>, <c>tool_choice</c> and <c>parallel_tool_calls</c>, and a message's <c>tool_calls</c>.</summary>
internal static class ToolFields
{
    private const int MostTools = 128;
    private const string ListRule = "a list of functions, each {\"type\":\"function\",\"function\":{\"name\",…}}";
    private const string ChoiceRule = "one of none, auto, required, or {\"type\":\"function\",\"function\":{\"name\"}} with the name of a tool";

    /// <summary>Reads what answers may call; null for nothing.</summary>
    /// <exception cref="RequestException">A rule is broken.</exception>
    public static ToolOffer? Read(RequestFields body)
    {
        var tools = (body.OptionalList("tools", ListRule) ?? []).Select((entry, i) => ReadTool(RequestFields.Of(entry, $"tools[{i}]"))).ToArray();
        if (tools.Length > MostTools || tools.DistinctBy(static tool => tool.Name).Count() < tools.Length)
        {
            throw new RequestException(ApiError.Invalid("tools", $"\"tools\" must list {MostTools} at most, each with a name of its own"));
        }

        var (choice, only) = ReadChoice(body, tools);
        return tools.Length == 0 ? null : new ToolOffer(tools)
        {
            Choice = choice,
            Only = only,
            Parallel = body.Raw("parallel_tool_calls") is null ? null : body.Flag("parallel_tool_calls"),
        };
    }

    /// <summary>Reads the calls that an assistant's message made; null for none.</summary>
    /// <exception cref="RequestException">A rule is broken.</exception>
    public static ToolCall[]? ReadCalls(RequestFields message)
    {
        var list = message.OptionalList("tool_calls", "a list of calls") ?? [];
        return list.Length == 0 ? null : [.. list.Select((entry, i) => ReadCall(RequestFields.Of(entry, $"{message.NameOf("tool_calls")}[{i}]")))];
    }

    /// <summary>A name as OpenAI's API takes it.</summary>
    /// <exception cref="RequestException">It is none.</exception>
    public static string Name(RequestFields fields)
    {
        var name = fields.Text("name");
        return name.Length is > 0 and <= 64 && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
            ? name
            : throw fields.Wrong("name", fields.Raw("name")!.Value, "1 to 64 letters, digits, _ and -");
    }

    private static Tool ReadTool(RequestFields tool)
    {
        var function = Function(tool, ListRule);
        return new Tool(
            Name(function),
            function.OptionalText("description"),
            function.OptionalObject("parameters") is null ? null : function.Raw("parameters")!.Value.GetRawText(),
            function.Raw("strict") is null ? null : function.Flag("strict"));
    }

    private static ToolCall ReadCall(RequestFields call)
    {
        var function = Function(call, "{\"id\",\"type\":\"function\",\"function\":{\"name\",\"arguments\"}}");
        return new ToolCall(call.Text("id"), Name(function), function.Text("arguments"));
    }

    private static RequestFields Function(RequestFields entry, string rule)
    {
        if (entry.OptionalText("type") is { } type and not "function")
        {
            throw new RequestException(ApiError.Unsupported(entry.NameOf("type"), $"\"{entry.NameOf("type")}\" is \"{type}\", and only functions are passed on"));
        }

        return entry.OptionalObject("function")
            ?? throw new RequestException(ApiError.Invalid(entry.NameOf("function"), $"\"{entry.NameOf("function")}\" is missing, and must be {rule}"));
    }

    private static (ToolChoice Choice, string? Only) ReadChoice(RequestFields body, Tool[] tools)
    {
        if (body.Raw("tool_choice") is not { } wish)
        {
            return (ToolChoice.Auto, null);
        }

        if (wish.ValueKind is JsonValueKind.String && (tools.Length > 0 || !wish.ValueEquals("required")))
        {
            return wish.GetString() switch
            {
                "auto" => (ToolChoice.Auto, null),
                "none" => (ToolChoice.None, null),
                "required" => (ToolChoice.Required, null),
                _ => throw body.Wrong("tool_choice", wish, ChoiceRule),
            };
        }

        var name = wish.ValueKind is JsonValueKind.Object ? Name(Function(RequestFields.Of(wish, "tool_choice"), ChoiceRule)) : null;
        return Array.Exists(tools, tool => tool.Name == name) ? (ToolChoice.Required, name) : throw body.Wrong("tool_choice", wish, ChoiceRule);
    }
}
