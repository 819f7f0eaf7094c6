using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LLMBlender.Abstractions;

/// <summary>Maps chat options to parts of a blend request. Unsupported options are rejected by name.</summary>
internal static class ChatOptionsMapping
{
    // The name of the additional property of JSON schemas and tools in the OpenAI adapter.
    private const string Strict = "strict";

    private static readonly JsonSerializerOptions Compact = new(AIJsonUtilities.DefaultOptions) { WriteIndented = false };

    /// <summary>Maps the sampling parameters.</summary>
    /// <exception cref="BlendException">An option is not supported.</exception>
    public static Sampling Sampling(ChatOptions options)
    {
        Refuse(options);
        return new Sampling
        {
            Temperature = options.Temperature,
            TopP = options.TopP,
            MaxTokens = options.MaxOutputTokens,
            Stop = options.StopSequences is { Count: > 0 } stop ? [.. stop] : null,
            Seed = options.Seed,
            PresencePenalty = options.PresencePenalty,
            FrequencyPenalty = options.FrequencyPenalty,
        };
    }

    /// <summary>Maps the response format; null for text.</summary>
    /// <exception cref="BlendException">The format is unknown.</exception>
    public static AnswerFormat? Format(ChatOptions options) => options.ResponseFormat switch
    {
        null or ChatResponseFormatText => null,
        ChatResponseFormatJson json => new AnswerFormat
        {
            Schema = json.Schema?.GetRawText(),
            Name = json.SchemaName,
            Description = json.SchemaDescription,
            Strict = StrictOf(options.AdditionalProperties),
        },
        var other => throw Unsupported(nameof(ChatOptions.ResponseFormat), other.GetType().Name, "text or JSON"),
    };

    /// <summary>Maps the tools; null for none.</summary>
    /// <exception cref="BlendException">A tool is not a function, or a call is required and there are no tools.</exception>
    public static ToolOffer? Tools(ChatOptions options)
    {
        if (options.Tools is not { Count: > 0 } tools)
        {
            return options.ToolMode is RequiredChatToolMode
                ? throw Unsupported(nameof(ChatOptions.ToolMode), "required", "absent if there are no Tools")
                : null;
        }

        var (choice, only) = options.ToolMode switch
        {
            null or AutoChatToolMode => (ToolChoice.Auto, null),
            NoneChatToolMode => (ToolChoice.None, null),
            RequiredChatToolMode required => (ToolChoice.Required, required.RequiredFunctionName),
            var other => throw Unsupported(nameof(ChatOptions.ToolMode), other.GetType().Name, "auto, none or required"),
        };
        return new ToolOffer([.. tools.Select(ToTool)]) { Choice = choice, Only = only, Parallel = options.AllowMultipleToolCalls };
    }

    /// <summary>Further fields for members, as a JSON object: top-k, the reasoning effort and additional properties; null for none.</summary>
    /// <exception cref="BlendException">A property can't be serialized as JSON.</exception>
    public static string? Fields(ChatOptions options)
    {
        var fields = new Dictionary<string, object?>();
        if (options.TopK is { } topK)
        {
            fields["top_k"] = topK;
        }

        if (options.Reasoning?.Effort is { } effort)
        {
            fields["reasoning_effort"] = effort == ReasoningEffort.ExtraHigh ? "xhigh" : effort.ToString().ToLowerInvariant();
        }

        foreach (var (name, value) in options.AdditionalProperties ?? [])
        {
            if (value is not null && !(name == Strict && options.ResponseFormat is ChatResponseFormatJson))
            {
                fields[name] = value;
            }
        }

        try
        {
            return fields.Count == 0 ? null : JsonSerializer.Serialize(fields, Compact.GetTypeInfo(typeof(IDictionary<string, object?>)));
        }
        catch (Exception e) when (e is NotSupportedException or JsonException)
        {
            throw Unsupported(nameof(ChatOptions.AdditionalProperties), "not JSON", "values that can be serialized as JSON");
        }
    }

    private static Tool ToTool(AITool tool, int index) => tool is AIFunctionDeclaration function
        ? new Tool(
            function.Name,
            function.Description.Length > 0 ? function.Description : null,
            function.JsonSchema.ValueKind is JsonValueKind.Object ? function.JsonSchema.GetRawText() : null,
            StrictOf(function.AdditionalProperties))
        : throw Unsupported($"{nameof(ChatOptions.Tools)}[{index}]", tool.GetType().Name, "a function");

    private static bool? StrictOf(IReadOnlyDictionary<string, object?>? properties) =>
        properties is not null && properties.TryGetValue(Strict, out var value) ? value as bool? : null;

    private static void Refuse(ChatOptions options)
    {
        Absent(nameof(ChatOptions.ConversationId), options.ConversationId);
        Absent(nameof(ChatOptions.RawRepresentationFactory), options.RawRepresentationFactory is null ? null : "set");
#pragma warning disable MEAI001 // Experimental options are rejected like others.
        Absent(nameof(ChatOptions.AllowBackgroundResponses), options.AllowBackgroundResponses is true ? true : null);
        Absent(nameof(ChatOptions.ContinuationToken), options.ContinuationToken is null ? null : "set");
#pragma warning restore MEAI001
    }

    private static void Absent(string option, object? value)
    {
        if (value is not null)
        {
            throw Unsupported(option, value, "absent: a blend does not support it");
        }
    }

    private static BlendException Unsupported(string option, object value, string rule) =>
        BlendException.Invalid(option, $"\"{option}\" is {value}, and must be {rule}");
}
