using System.Text.Json;
using LLMBlender.Abstractions;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Backends;

/// <summary>Creates the messages and options of a backend's call.</summary>
public static class Prompt
{
    // The property that the OpenAI adapter reads.
    private const string Strict = "strict";

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
        if (sampling is null && request.Format is null && request.Tools is null && settings is not { Temperature: not null } and not { MaxTokens: not null })
        {
            return null;
        }

        var options = new ChatOptions
        {
            Temperature = sampling?.Temperature ?? settings?.Temperature,
            TopP = sampling?.TopP,
            MaxOutputTokens = Least(sampling?.MaxTokens, settings?.MaxTokens),
            StopSequences = sampling?.Stop,
            Seed = sampling?.Seed,
            PresencePenalty = sampling?.PresencePenalty,
            FrequencyPenalty = sampling?.FrequencyPenalty,
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
            ? ChatResponseFormat.ForJsonSchema(Parse(schema), format.Name, format.Description)
            : ChatResponseFormat.Json;
        if (format.Strict is { } strict)
        {
            options.AdditionalProperties = new AdditionalPropertiesDictionary { [Strict] = strict };
        }
    }

    private static void AddTools(ChatOptions options, ToolOffer? offer)
    {
        if (offer is null)
        {
            return;
        }

        options.Tools = [.. offer.Tools.Select(static tool => new DeclaredTool(tool))];
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
        if (turn.CallId is { } id)
        {
            return new ChatMessage(ChatRole.Tool, [new FunctionResultContent(id, turn.Text)]);
        }

        if (turn.Calls is not { } calls)
        {
            return new ChatMessage(RoleOf(turn.Role), turn.Text);
        }

        var contents = calls.Select(static call => (AIContent)new FunctionCallContent(call.Id, call.Name, ToolArguments.Read(call.Arguments)));
        return new ChatMessage(ChatRole.Assistant, [.. turn.Text.Length > 0 ? [new TextContent(turn.Text)] : Array.Empty<AIContent>(), .. contents]);
    }

    private static JsonElement Parse(string json)
    {
        using var parsed = JsonDocument.Parse(json);
        return parsed.RootElement.Clone();
    }

    private static ChatRole RoleOf(string role) =>
        role == Conversation.Assistant ? ChatRole.Assistant : role == Conversation.System ? ChatRole.System : ChatRole.User;

    /// <summary>The declaration of a caller's tool, which this process can't invoke.</summary>
    private sealed class DeclaredTool(Tool tool) : AIFunctionDeclaration
    {
        public override string Name => tool.Name;

        public override string Description => tool.Description ?? "";

        public override JsonElement JsonSchema { get; } = Parse(tool.Parameters ?? """{"type":"object","properties":{}}""");

        public override IReadOnlyDictionary<string, object?> AdditionalProperties { get; } = tool.Strict is { } strict
            ? new Dictionary<string, object?> { [Strict] = strict }
            : new Dictionary<string, object?>();
    }
}
