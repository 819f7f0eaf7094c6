using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;
using LLMBlender.Gateway.OpenAI;

namespace LLMBlender.Gateway.Anthropic;

/// <summary>Creates a request's message, complete or as events. Used by one request.</summary>
/// <param name="request">The request.</param>
/// <param name="digits">The digits of the message's id.</param>
internal sealed class MessagesWriter(ChatRequest request, string digits)
{
    private const string TextType = "text";
    private const string ThinkingType = "thinking";
    private const string ForeignType = "";

    private static readonly string[] UsageCounts = ["input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"];

    private readonly string id = $"msg_{digits}";
    private readonly StopCut cut = new(request.Sampling.Stop);
    private readonly ToolCallStream calls = new();
    private int blocks;
    private bool hasBegun;
    private string? open;
    private bool hasThinking;
    private bool hasText;

    /// <summary>Creates a message.</summary>
    public MessagesResult Result(BlendResponse answer)
    {
        var (reason, stop) = Stop(answer, StopIn(answer));
        return new MessagesResult
        {
            Id = id,
            Model = request.Model,
            Content = [.. Blocks(answer).Select(static block => block.Deserialize(GatewayJsonContext.Default.ContentBlock)!)],
            StopReason = reason,
            StopSequence = stop,
            Usage = MessagesUsage.Create(answer.Usage, UsageFields(answer)),
            Warnings = Warnings(answer),
            Own = request.WithTrace ? BlendResult.Create(null, answer) : null,
        };
    }

    /// <summary>Writes the next part of an answer.</summary>
    public async Task WriteAsync(EventStream events, BlendUpdate update)
    {
        await BeginAsync(events);
        if (update.Thinking is { } complete)
        {
            await AddBlocksAsync(events, JsonElement.Parse(complete));
        }
        else if (update.Reasoning is { } reasoning)
        {
            await AddThinkingAsync(events, reasoning);
        }

        await AddTextAsync(events, calls.HasBegun ? "" : cut.Next(update.Text));
        await WriteCallsAsync(events, calls.Next(update.Calls ?? []));
    }

    /// <summary>Writes the last events.</summary>
    public async Task EndAsync(EventStream events, BlendResponse answer)
    {
        await BeginAsync(events);
        if (!calls.HasBegun)
        {
            if (!hasThinking && !hasText)
            {
                foreach (var block in Thinking(answer))
                {
                    await AddThinkingAsync(events, block);
                }
            }

            await AddTextAsync(events, hasText || answer.ToolUse is null && answer.Details?.Refusal is null ? cut.Rest() : Text(answer));
        }

        await WriteCallsAsync(events, calls.Complete(answer.ToolUse?.Calls ?? []));
        await CloseAsync(events);
        foreach (var block in Foreign(answer))
        {
            await OpenAsync(events, ForeignType, block);
            await CloseAsync(events);
        }

        var (reason, stop) = Stop(answer, cut.IsOver ? StopIn(answer) : null);
        var delta = new JsonObject { ["stop_reason"] = reason, ["stop_sequence"] = stop };
        await WriteAsync(events, new MessagesEvent
        {
            Type = "message_delta",
            Delta = Json(delta),
            Usage = MessagesUsage.Create(answer.Usage, UsageFields(answer)),
            Warnings = Warnings(answer),
        });
        await WriteAsync(events, new MessagesEvent { Type = "message_stop" });
    }

    /// <summary>Writes the event of an error.</summary>
    public static Task FailAsync(EventStream events, ApiError error) =>
        events.WriteAsync("error", MessagesErrorResponse.Create(error), GatewayJsonContext.Default.MessagesErrorResponse);

    private async Task BeginAsync(EventStream events)
    {
        if (hasBegun)
        {
            return;
        }

        hasBegun = true;
        var message = new MessagesResult { Id = id, Model = request.Model, Content = [], StopReason = null, Usage = new MessagesUsage() };
        await WriteAsync(events, new MessagesEvent { Type = "message_start", Message = message });
        await WriteAsync(events, new MessagesEvent { Type = "ping" });
    }

    private async Task AddThinkingAsync(EventStream events, string more)
    {
        hasThinking = true;
        await OpenAsync(events, ThinkingType, new JsonObject { ["type"] = ThinkingType, ["thinking"] = "", ["signature"] = "" });
        await WriteDeltaAsync(events, new JsonObject { ["type"] = "thinking_delta", ["thinking"] = more });
    }

    // Blocks of a member with Anthropic's API, whose text is streamed already. The signature is the last part of a block.
    private async Task AddBlocksAsync(EventStream events, JsonElement complete)
    {
        foreach (var block in complete.EnumerateArray())
        {
            if (open == ThinkingType && TextOf(block, "signature") is { Length: > 0 } signature)
            {
                await WriteDeltaAsync(events, new JsonObject { ["type"] = "signature_delta", ["signature"] = signature });
                await CloseAsync(events);
            }
            else
            {
                await AddThinkingAsync(events, block);
            }
        }
    }

    private async Task AddThinkingAsync(EventStream events, JsonElement block)
    {
        hasThinking = true;
        await CloseAsync(events);
        if (TextOf(block, "type") != ThinkingType)
        {
            await OpenAsync(events, ForeignType, block);
            await CloseAsync(events);
            return;
        }

        await AddThinkingAsync(events, TextOf(block, "thinking") ?? "");
        if (TextOf(block, "signature") is { Length: > 0 } signature)
        {
            await WriteDeltaAsync(events, new JsonObject { ["type"] = "signature_delta", ["signature"] = signature });
        }

        await CloseAsync(events);
    }

    private static string? TextOf(JsonElement block, string field) => block.TryGetProperty(field, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private async Task AddTextAsync(EventStream events, string text)
    {
        if (text.Length > 0)
        {
            hasText = true;
            await OpenAsync(events, TextType, new JsonObject { ["type"] = TextType, ["text"] = "" });
            await WriteDeltaAsync(events, new JsonObject { ["type"] = "text_delta", ["text"] = text });
        }
    }

    private async Task WriteCallsAsync(EventStream events, IEnumerable<ToolCallStep> steps)
    {
        foreach (var (_, call, arguments, isEnd) in steps)
        {
            if (isEnd)
            {
                await CloseAsync(events);
            }
            else if (arguments is null)
            {
                await AddTextAsync(events, cut.Rest());
                await OpenAsync(events, call.Id, new JsonObject { ["type"] = "tool_use", ["id"] = call.Id, ["name"] = call.Name, ["input"] = new JsonObject() });
            }
            else if (arguments.Length > 0)
            {
                await WriteDeltaAsync(events, new JsonObject { ["type"] = "input_json_delta", ["partial_json"] = arguments });
            }
        }
    }

    private Task OpenAsync(EventStream events, string block, JsonObject start) => open == block ? Task.CompletedTask : OpenAsync(events, block, Json(start));

    private async Task OpenAsync(EventStream events, string block, JsonElement start)
    {
        await CloseAsync(events);
        open = block;
        await WriteAsync(events, new MessagesEvent { Type = "content_block_start", Index = blocks, ContentBlock = start });
    }

    private async Task CloseAsync(EventStream events)
    {
        if (open is not null)
        {
            open = null;
            await WriteAsync(events, new MessagesEvent { Type = "content_block_stop", Index = blocks++ });
        }
    }

    private Task WriteDeltaAsync(EventStream events, JsonObject delta) =>
        WriteAsync(events, new MessagesEvent { Type = "content_block_delta", Index = blocks, Delta = Json(delta) });

    private static Task WriteAsync(EventStream events, MessagesEvent data) => events.WriteAsync(data.Type, data, GatewayJsonContext.Default.MessagesEvent);

    private IEnumerable<JsonElement> Blocks(BlendResponse answer)
    {
        if (Content(answer) is { } whole)
        {
            foreach (var block in whole.EnumerateArray())
            {
                yield return block;
            }

            yield break;
        }

        foreach (var block in Thinking(answer))
        {
            yield return block;
        }

        if (Text(answer) is { Length: > 0 } text)
        {
            yield return Json(new JsonObject { ["type"] = TextType, ["text"] = StopCut.Cut(text, request.Sampling.Stop) });
        }

        foreach (var call in answer.ToolUse?.Calls ?? [])
        {
            yield return Json(new JsonObject { ["type"] = "tool_use", ["id"] = call.Id, ["name"] = call.Name, ["input"] = Input(call, answer) });
        }
    }

    // Of a panel whose usage is its member's.
    private Dictionary<string, JsonElement>? UsageFields(BlendResponse answer)
    {
        if (!request.IsPassThrough || answer.Details?.ResponseFields is not { } fields
            || !JsonElement.Parse(fields).TryGetProperty("usage", out var usage) || !usage.TryGetProperty("input_tokens", out _))
        {
            return null;
        }

        return usage.EnumerateObject().Where(static field => !UsageCounts.Contains(field.Name) && field.Value.ValueKind is not JsonValueKind.Null)
            .ToDictionary(static field => field.Name, static field => field.Value);
    }

    // All blocks, if a member with Anthropic's API answered with kinds that other APIs do not have.
    private static JsonElement? Content(BlendResponse answer) =>
        ChatMessage.ReadFields(answer.Details?.Fields)?.GetValueOrDefault("content_blocks") is { ValueKind: JsonValueKind.Array } blocks ? blocks : null;

    // What can't be streamed as text follows it.
    private static IEnumerable<JsonElement> Foreign(BlendResponse answer) =>
        (Content(answer) is { } blocks ? blocks.EnumerateArray().AsEnumerable() : []).Where(static block => TextOf(block, "type") is not (TextType or ThinkingType or "redacted_thinking" or "tool_use"));

    // Blocks of a member with Anthropic's API carry its signatures.
    private static JsonElement[] Thinking(BlendResponse answer)
    {
        if (ChatMessage.ReadFields(answer.Details?.Fields)?.GetValueOrDefault("thinking_blocks") is { ValueKind: JsonValueKind.Array } signed)
        {
            return [.. signed.EnumerateArray()];
        }

        return answer.Details?.Reasoning is { } reasoning
            ? [Json(new JsonObject { ["type"] = ThinkingType, ["thinking"] = reasoning, ["signature"] = "" })]
            : [];
    }

    private static string Text(BlendResponse answer) => answer.Details?.Refusal ?? answer.ToolUse?.Text ?? answer.Answer;

    // Arguments that a token limit cut have no JSON form; the stop reason says so.
    private static JsonObject Input(ToolCall call, BlendResponse answer)
    {
        try
        {
            return JsonNode.Parse(call.Arguments) is JsonObject input ? input : throw new JsonException();
        }
        catch (JsonException) when (answer.ReachedLimit)
        {
            return new JsonObject();
        }
        catch (JsonException)
        {
            throw new BlendException("panel", BlendFailureReason.Invalid, $"the answer calls {call.Name} with arguments that are not a JSON object");
        }
    }

    private string? StopIn(BlendResponse answer) => answer.ToolUse is null
        ? (request.Sampling.Stop ?? []).Where(stop => answer.Answer.Contains(stop, StringComparison.Ordinal)).MinBy(stop => answer.Answer.IndexOf(stop, StringComparison.Ordinal))
        : null;

    private string[]? Warnings(BlendResponse answer) => request.Warnings.Length + answer.Warnings.Length > 0 ? [.. request.Warnings, .. answer.Warnings] : null;

    // Reasons that only Anthropic's API has are fields of the member's response.
    private static (string Reason, string? Sequence) Stop(BlendResponse answer, string? found)
    {
        var fields = found is null ? ChatMessage.ReadFields(answer.Details?.ResponseFields) : null;
        return found is not null ? ("stop_sequence", found)
            : answer.ToolUse is null && fields?.GetValueOrDefault("stop_reason") is { ValueKind: JsonValueKind.String } reason && reason.GetString() is "stop_sequence" or "pause_turn"
                ? (reason.GetString()!, fields!.GetValueOrDefault("stop_sequence") is { ValueKind: JsonValueKind.String } sequence ? sequence.GetString() : null)
            : (StopReason(answer), null);
    }

    private static string StopReason(BlendResponse answer) =>
        answer.ReachedLimit ? "max_tokens"
        : answer.Details?.Refusal is not null || answer.Details?.FinishReason is not null ? "refusal"
        : answer.ToolUse is not null ? "tool_use"
        : "end_turn";

    private static JsonElement Json(JsonObject json) => JsonElement.Parse(json.ToJsonString(ChatSource.Plain));
}
