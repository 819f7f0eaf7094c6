using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Local.Wire;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Backends.Answers;

/// <summary>Checks an answer against the requested format and tools, and reads its tool calls.</summary>
public static class AnswerForm
{
    /// <summary>Returns the tool calls of an answer; null if there are none.</summary>
    public static ToolUse? CallsIn(ChatResponse response)
    {
        var calls = response.Messages.SelectMany(static message => message.Contents).OfType<FunctionCallContent>().ToArray();
        return calls.Length == 0 ? null : new ToolUse(
            response.Text,
            Array.ConvertAll(calls, static call => new ToolCall(call.CallId, call.Name, (call.RawRepresentation as WireToolCall)?.Arguments ?? WireToolCall.ArgumentsOf(call))
            {
                Fields = (call.RawRepresentation as WireToolCall)?.Extra,
            }));
    }

    /// <summary>Returns what an answer contains beside its text and tool calls; null for nothing.</summary>
    public static AnswerDetails? DetailsOf(ChatResponse response)
    {
        var contents = response.Messages.SelectMany(static message => message.Contents).ToArray();
        var reasoning = string.Concat(contents.OfType<TextReasoningContent>().Select(static content => content.Text));
        var fields = (response.AdditionalProperties ?? []).Where(static property => property.Value is JsonElement)
            .ToDictionary(static property => property.Key, static property => (JsonElement)property.Value!);
        var details = new AnswerDetails
        {
            Reasoning = reasoning.Length > 0 ? reasoning : null,
            Refusal = contents.OfType<ErrorContent>().FirstOrDefault(static error => error.ErrorCode == AnswerAssembler.RefusalCode)?.Message,
            FinishReason = response.FinishReason == ChatFinishReason.ContentFilter ? AnswerDetails.ContentFilter : null,
            Fields = fields.Count > 0 ? JsonSerializer.Serialize(fields) : null,
            Dropped = response.AdditionalProperties?.GetValueOrDefault(WireChatClient.DroppedProperty) as string[] ?? [],
            ResponseFields = response.AdditionalProperties?.GetValueOrDefault(AnswerAssembler.ResponseFieldsProperty) as string,
            CachedTokens = response.Usage?.CachedInputTokenCount ?? 0,
            ReasoningTokens = response.Usage?.ReasoningTokenCount ?? 0,
            CacheWriteTokens = response.Usage?.AdditionalCounts?.GetValueOrDefault(WireUsage.CacheWriteCount) ?? 0,
            Logprobs = response.AdditionalProperties?.GetValueOrDefault(AnswerAssembler.LogprobsProperty) as string,
        };
        return details is { IsAnswer: false, Fields: null, ResponseFields: null, Logprobs: null, Dropped: [], CachedTokens: 0, ReasoningTokens: 0, CacheWriteTokens: 0 }
            ? null
            : details;
    }

    /// <summary>
    /// Returns the JSON of an answer that must be JSON: without a code fence around it, and without reasoning before it that the server did not
    /// separate. Other answers are returned unchanged.
    /// </summary>
    public static string Unwrap(string text, AnswerFormat? format)
    {
        if (format is null || IsJson(text))
        {
            return text;
        }

        const string Thinking = "</think>";
        var answer = text[(text.LastIndexOf(Thinking, StringComparison.Ordinal) is var at and >= 0 ? at + Thinking.Length : 0)..].Trim();
        if (answer.StartsWith("```", StringComparison.Ordinal) && answer.EndsWith("```", StringComparison.Ordinal) && answer.IndexOf('\n', StringComparison.Ordinal) is var line and > 0)
        {
            answer = answer[(line + 1)..Math.Max(line + 1, answer.Length - 3)].Trim();
        }

        return IsJson(answer) ? answer : text;
    }

    /// <summary>Returns the first rule that an answer breaks; null if it breaks none.</summary>
    /// <param name="text">The answer's text.</param>
    /// <param name="use">The answer's tool calls; null for none.</param>
    /// <param name="request">The request.</param>
    public static string? Fault(string text, ToolUse? use, BackendRequest request) => request.Tools is { } offer
        ? Fault(use, offer) ?? (use is null ? Fault(text, request.Format) : null)
        : use is null ? Fault(text, request.Format) : "it calls tools, and the request offers none";

    private static string? Fault(ToolUse? use, ToolOffer offer)
    {
        // An answer without a required call is judged by its panel.
        if (use is null)
        {
            return null;
        }

        if (offer.Choice is ToolChoice.None)
        {
            return "it calls tools, and the request allows none";
        }

        foreach (var call in use.Calls)
        {
            if (!Array.Exists(offer.Tools, tool => tool.Name == call.Name) || (offer.Only ?? call.Name) != call.Name)
            {
                return "it calls a tool that the request does not allow";
            }

            if (!WireToolCall.IsObject(call.Arguments))
            {
                return $"it calls {call.Name} with arguments that are not a JSON object";
            }
        }

        return null;
    }

    private static bool IsJson(string text)
    {
        try
        {
            using var _ = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string? Fault(string text, AnswerFormat? format)
    {
        if (format is null)
        {
            return null;
        }

        try
        {
            using var answer = JsonDocument.Parse(text);
            if (format.Schema is not { } schema)
            {
                return answer.RootElement.ValueKind is JsonValueKind.Object ? null : "its answer is JSON, but not an object";
            }

            using var rules = JsonDocument.Parse(schema);
            return new AnswerSchema(rules.RootElement).Fault(answer.RootElement) is { } fault ? $"its answer does not fit the schema: {fault}" : null;
        }
        catch (JsonException)
        {
            return "its answer is not JSON";
        }
        catch (InvalidOperationException)
        {
            return "its answer, or the schema, escapes half of a surrogate pair, which is not valid Unicode";
        }
    }
}
