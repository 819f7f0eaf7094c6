using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Local.Wire;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Backends;

/// <summary>Creates the messages and options of a backend's call.</summary>
public static class Prompt
{
    /// <summary>Joins the instruction and the input, if any, with an empty line.</summary>
    public static string Of(string instruction, string? input) =>
        string.IsNullOrEmpty(input) ? instruction : instruction.Length == 0 ? input : $"{instruction}\n\n{input}";

    /// <summary>Returns the conversation; if there is none, the prompt as the only message.</summary>
    public static IReadOnlyList<ChatMessage> Of(BackendRequest request) => request.Messages is { Length: > 0 } turns
        ? Array.ConvertAll(turns, Message)
        : [new ChatMessage(ChatRole.User, Of(request.Instruction, request.Input))];

    /// <summary>Returns the request's parameters within the backend's limits; null if neither sets any.</summary>
    public static ChatOptions? Options(Backend backend, BackendRequest request)
    {
        var (settings, sampling) = (backend.Settings, request.Sampling);
        if (sampling is null && request.Format is null && request.Tools is null && request.Fields is null && request.AnthropicSource is null
            && settings is not { Temperature: not null } and not { MaxTokens: not null })
        {
            return null;
        }

        var options = new WireChatOptions
        {
            Temperature = sampling?.Temperature ?? settings?.Temperature,
            TopP = sampling?.TopP,
            MaxOutputTokens = Least(sampling?.MaxTokens, settings?.MaxTokens),
            StopSequences = sampling?.Stop,
            Seed = sampling?.Seed,
            PresencePenalty = sampling?.PresencePenalty,
            FrequencyPenalty = sampling?.FrequencyPenalty,
            Fields = request.Fields is { } fields
                ? JsonElement.Parse(fields).EnumerateObject().ToDictionary(static field => field.Name, static field => field.Value)
                : new Dictionary<string, JsonElement>(),
            IsStrict = request.IsStrict,
            AnthropicSource = Parse(request.AnthropicSource),
        };
        AddFormat(options, request.Format);
        AddTools(options, request.Tools);
        return options;
    }

    /// <summary>Returns the smaller of two limits, either of which may be null.</summary>
    public static int? Least(int? one, int? other) => one is null ? other : other is null ? one : Math.Min(one.Value, other.Value);

    private static void AddFormat(ChatOptions options, AnswerFormat? format)
    {
        if (format is null)
        {
            return;
        }

        options.ResponseFormat = format.Schema is { } schema
            ? ChatResponseFormat.ForJsonSchema(JsonElement.Parse(schema), format.Name, format.Description)
            : ChatResponseFormat.Json;
        if (format.Strict is { } strict)
        {
            options.AdditionalProperties = new AdditionalPropertiesDictionary { [WireTool.StrictProperty] = strict };
        }
    }

    private static void AddTools(ChatOptions options, ToolOffer? offer)
    {
        if (offer is null)
        {
            return;
        }

        options.Tools = [.. offer.Tools.Select(static tool => new WireTool(tool.Name, tool.Description, Parse(tool.Parameters), tool.Strict) { Source = Parse(tool.Source) })];
        options.AllowMultipleToolCalls = offer.Parallel;
        options.ToolMode = offer.Choice switch
        {
            ToolChoice.None => ChatToolMode.None,
            ToolChoice.Required => offer.Only is { } only ? ChatToolMode.RequireSpecific(only) : ChatToolMode.RequireAny,
            _ => ChatToolMode.Auto,
        };
    }

    private static ChatMessage Message(ChatTurn turn)
    {
        var source = turn.Source is { } json ? JsonElement.Parse(json) : (JsonElement?)null;
        var contents = new List<AIContent>();
        if (turn.CallId is { } id)
        {
            contents.Add(new FunctionResultContent(id, turn.Text));
        }
        else if (turn.HasMedia && source is { } written)
        {
            contents.AddRange(MessageContents.Read(written));
        }
        else if (turn.Text.Length > 0 || turn.Calls is null)
        {
            contents.Add(new TextContent(turn.Text));
        }

        if (turn.Role == Conversation.Assistant && MessageContents.Reasoning(source) is { } reasoning)
        {
            contents.Insert(0, new TextReasoningContent(reasoning));
        }

        foreach (var call in turn.Calls ?? [])
        {
            contents.Add(WireToolCall.Create(call.Id, call.Name, new WireToolCall(string.IsNullOrWhiteSpace(call.Arguments) ? "{}" : call.Arguments, null)));
        }

        return new ChatMessage(turn.CallId is null ? RoleOf(turn.Role) : ChatRole.Tool, contents) { RawRepresentation = source };
    }

    private static JsonElement? Parse(string? json) => json is null ? null : JsonElement.Parse(json);

    private static ChatRole RoleOf(string role) =>
        role == Conversation.Assistant ? ChatRole.Assistant : role == Conversation.System ? ChatRole.System : ChatRole.User;
}
