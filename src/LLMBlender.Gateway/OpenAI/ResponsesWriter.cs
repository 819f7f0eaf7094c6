using System.Text;
using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>Creates a request's response, complete or as events. Used by one request.</summary>
/// <param name="request">The request.</param>
/// <param name="body">The request's body.</param>
/// <param name="created">The response's creation time, in seconds since 1970.</param>
/// <param name="id">The digits of the response's id.</param>
internal sealed class ResponsesWriter(ChatRequest request, ResponsesBody body, long created, string id)
{
    private static readonly JsonElement Auto = JsonElement.Parse("\"auto\"");
    private static readonly JsonElement EmptyList = JsonElement.Parse("[]");
    private static readonly JsonElement EmptyObject = JsonElement.Parse("{}");

    private readonly string message = $"msg_{Guid.NewGuid():N}";
    private readonly string reasoning = $"rs_{Guid.NewGuid():N}";
    private readonly List<string> calls = [];
    private readonly HashSet<string> custom = CustomToolCalls.Names(body.Tools);
    private readonly List<int> callIndexes = [];
    private readonly ToolCallStream parts = new();
    private int sequence;
    private int items;
    private int messageIndex;
    private int reasoningIndex;
    private readonly StringBuilder text = new();
    private readonly StringBuilder thoughts = new();
    private bool hasBegun;
    private bool hasMessage;
    private bool hasReasoning;
    private bool isMessageEnded;
    private bool isReasoningEnded;

    /// <summary>The response's id.</summary>
    public string Id { get; } = $"resp_{id}";

    /// <summary>Whether the response is stored, if the request asks for that.</summary>
    public bool IsStored { get; set; } = true;

    /// <summary>Creates a response.</summary>
    /// <param name="answer">The blend; null while it is in progress.</param>
    public ResponsesResult Result(BlendResponse? answer) => new()
    {
        Id = Id,
        Object = "response",
        CreatedAt = created,
        Status = Status(answer),
        IncompleteDetails = Incomplete(answer) is { } why ? new IncompleteDetails(why) : null,
        Instructions = body.Instructions,
        Model = request.Model,
        Output = answer is null ? [] : Items(answer),
        ParallelToolCalls = body.ParallelToolCalls ?? true,
        PreviousResponseId = body.PreviousResponseId,
        Store = IsStored && body.Store != false,
        ToolChoice = body.ToolChoice ?? Auto,
        Tools = body.Tools ?? EmptyList,
        Metadata = body.Metadata ?? EmptyObject,
        Usage = answer is null ? null : ResponsesUsage.Create(answer.Usage),
        Warnings = answer is not null && Warnings(answer) is { Length: > 0 } warnings ? warnings : null,
        Own = answer is not null && request.WithTrace ? BlendResult.Create(null, answer) : null,
    };

    /// <summary>Creates the items of an answer.</summary>
    public OutputItem[] Items(BlendResponse answer)
    {
        var all = new List<OutputItem>();
        if (answer.Details?.Reasoning is { } thought)
        {
            all.Add(Reasoning(thought));
        }

        if (HasMessage(answer))
        {
            all.Add(Message(answer));
        }

        all.AddRange((answer.ToolUse?.Calls ?? []).Select((call, i) => Call(call, i, "completed")));
        return [.. all];
    }

    /// <summary>Writes the next part of an answer.</summary>
    public async Task WriteAsync(EventStream events, BlendUpdate update)
    {
        await BeginAsync(events);
        if (update.Reasoning is { } more)
        {
            await AddReasoningAsync(events, more);
        }

        if (update.Text.Length > 0 && !parts.HasBegun)
        {
            await AddTextAsync(events, update.Text);
        }

        await WriteCallsAsync(events, parts.Next(update.Calls ?? []));
    }

    /// <summary>Writes the last events of a response.</summary>
    public async Task EndAsync(EventStream events, BlendResponse answer)
    {
        await BeginAsync(events);
        if (!hasReasoning && !hasMessage && !parts.HasBegun && answer.Details?.Reasoning is { } thought)
        {
            await AddReasoningAsync(events, thought);
        }

        await EndReasoningAsync(events);
        if (HasMessage(answer) && (hasMessage || !parts.HasBegun))
        {
            await EndMessageAsync(events, Text(answer), Message(answer));
        }

        await WriteCallsAsync(events, parts.Complete(answer.ToolUse?.Calls ?? []));

        await WriteAsync(events, Event(Incomplete(answer) is null ? "response.completed" : "response.incomplete") with { Response = Result(answer) });
    }

    /// <summary>Writes the events of an error.</summary>
    public async Task FailAsync(EventStream events, ApiError error)
    {
        await BeginAsync(events);
        await WriteAsync(events, Event("response.failed") with
        {
            Response = Result(null) with { Status = "failed", Error = new ResponsesFailure(error.Code, error.Message) },
        });
        await events.WriteAsync(
            "error",
            new ResponsesError { Type = "error", SequenceNumber = sequence++, Code = error.Code, Message = error.Message, Param = error.Parameter },
            GatewayJsonContext.Default.ResponsesError);
    }

    private async Task BeginAsync(EventStream events)
    {
        if (hasBegun)
        {
            return;
        }

        hasBegun = true;
        await WriteAsync(events, Event("response.created") with { Response = Result(null) });
        await WriteAsync(events, Event("response.in_progress") with { Response = Result(null) });
    }

    private async Task AddReasoningAsync(EventStream events, string more)
    {
        if (isReasoningEnded)
        {
            return;
        }

        if (!hasReasoning)
        {
            hasReasoning = true;
            reasoningIndex = items++;
            await WriteAsync(events, Event("response.output_item.added") with { OutputIndex = reasoningIndex, Item = Reasoning("") with { Summary = [] } });
            await WriteAsync(events, ReasoningEvent("response.reasoning_summary_part.added") with { Part = Json(new SummaryText("")) });
        }

        thoughts.Append(more);
        await WriteAsync(events, ReasoningEvent("response.reasoning_summary_text.delta") with { Delta = more });
    }

    private async Task EndReasoningAsync(EventStream events)
    {
        if (hasReasoning && !isReasoningEnded)
        {
            isReasoningEnded = true;
            var thought = thoughts.ToString();
            await WriteAsync(events, ReasoningEvent("response.reasoning_summary_text.done") with { Text = thought });
            await WriteAsync(events, ReasoningEvent("response.reasoning_summary_part.done") with { Part = Json(new SummaryText(thought)) });
            await WriteAsync(events, Event("response.output_item.done") with { OutputIndex = reasoningIndex, Item = Reasoning(thought) });
        }
    }

    private async Task AddTextAsync(EventStream events, string more)
    {
        text.Append(more);
        await BeginMessageAsync(events);
        await WriteAsync(events, TextEvent("response.output_text.delta") with { Delta = more, Logprobs = [] });
    }

    private async Task BeginMessageAsync(EventStream events, OutputText? part = null)
    {
        if (!hasMessage)
        {
            hasMessage = true;
            messageIndex = items++;
            await WriteAsync(events, Event("response.output_item.added") with { OutputIndex = messageIndex, Item = Message(null) });
            await WriteAsync(events, TextEvent("response.content_part.added") with { Part = Json(part ?? OutputText.Create("")) });
        }
    }

    private async Task EndMessageAsync(EventStream events, OutputText part, OutputItem item)
    {
        if (isMessageEnded)
        {
            return;
        }

        isMessageEnded = true;
        if (part.Refusal is { } refusal)
        {
            await BeginMessageAsync(events, part with { Refusal = "" });
            await WriteAsync(events, TextEvent("response.refusal.delta") with { Delta = refusal });
            await WriteAsync(events, TextEvent("response.refusal.done") with { Refusal = refusal });
        }
        else
        {
            if (!hasMessage && part.Text!.Length > 0)
            {
                await AddTextAsync(events, part.Text);
            }

            await BeginMessageAsync(events);
            await WriteAsync(events, TextEvent("response.output_text.done") with { Text = part.Text, Logprobs = [] });
        }

        await WriteAsync(events, TextEvent("response.content_part.done") with { Part = Json(part) });
        await WriteAsync(events, Event("response.output_item.done") with { OutputIndex = messageIndex, Item = item });
    }

    private async Task WriteCallsAsync(EventStream events, IEnumerable<ToolCallStep> steps)
    {
        foreach (var step in steps)
        {
            await WriteCallAsync(events, step);
        }
    }

    private async Task WriteCallAsync(EventStream events, ToolCallStep step)
    {
        var item = Call(step.Call, step.Index, step.IsEnd ? "completed" : "in_progress");
        if (step.IsBegin)
        {
            await EndReasoningAsync(events);
            if (hasMessage)
            {
                await EndMessageAsync(events, OutputText.Create(text.ToString()), Message("completed", [OutputText.Create(text.ToString())]));
            }

            callIndexes.Add(items++);
            await WriteAsync(events, Event("response.output_item.added") with { OutputIndex = callIndexes[step.Index], Item = item });
        }
        else if (custom.Contains(step.Call.Name))
        {
            await EndCustomAsync(events, step, item);
        }
        else if (step.Arguments is { Length: > 0 } more)
        {
            await WriteAsync(events, Event("response.function_call_arguments.delta") with { ItemId = item.Id, OutputIndex = callIndexes[step.Index], Delta = more });
        }
        else if (step.IsEnd)
        {
            var index = callIndexes[step.Index];
            await WriteAsync(events, Event("response.function_call_arguments.done") with { ItemId = item.Id, OutputIndex = index, Arguments = step.Call.Arguments });
            await WriteAsync(events, Event("response.output_item.done") with { OutputIndex = index, Item = item });
        }
    }

    // The text is a part of the arguments' JSON, and is written when that is complete.
    private async Task EndCustomAsync(EventStream events, ToolCallStep step, OutputItem item)
    {
        if (step.IsEnd)
        {
            var index = callIndexes[step.Index];
            await WriteAsync(events, Event("response.custom_tool_call_input.delta") with { ItemId = item.Id, OutputIndex = index, Delta = item.Input });
            await WriteAsync(events, Event("response.custom_tool_call_input.done") with { ItemId = item.Id, OutputIndex = index, Input = item.Input });
            await WriteAsync(events, Event("response.output_item.done") with { OutputIndex = index, Item = item });
        }
    }

    private static Task WriteAsync(EventStream events, ResponsesEvent data) =>
        events.WriteAsync(data.Type, data, GatewayJsonContext.Default.ResponsesEvent);

    private ResponsesEvent Event(string type) => new() { Type = type, SequenceNumber = sequence++ };

    private ResponsesEvent TextEvent(string type) => Event(type) with { ItemId = message, OutputIndex = messageIndex, ContentIndex = 0 };

    private ResponsesEvent ReasoningEvent(string type) => Event(type) with { ItemId = reasoning, OutputIndex = reasoningIndex, SummaryIndex = 0 };

    private OutputItem Message(BlendResponse? answer) => Message(Status(answer), answer is null ? [] : [Text(answer)]);

    private OutputItem Message(string status, OutputText[] content) => new()
    {
        Type = "message",
        Id = message,
        Status = status,
        Role = Conversation.Assistant,
        Content = content,
    };

    private OutputItem Reasoning(string text) => new() { Type = "reasoning", Id = reasoning, Summary = [new SummaryText(text)] };

    private OutputItem Call(ToolCall call, int i, string status)
    {
        while (calls.Count <= i)
        {
            calls.Add($"fc_{Guid.NewGuid():N}");
        }

        return custom.Contains(call.Name)
            ? new OutputItem { Type = "custom_tool_call", Id = calls[i], Status = status, CallId = call.Id, Name = call.Name, Input = CustomToolCalls.ToText(call.Arguments) }
            : new OutputItem { Type = "function_call", Id = calls[i], Status = status, CallId = call.Id, Name = call.Name, Arguments = call.Arguments };
    }

    private static OutputText Text(BlendResponse answer) => answer.Details?.Refusal is { } refusal
        ? new OutputText { Type = "refusal", Refusal = refusal }
        : OutputText.Create(answer.ToolUse?.Text ?? answer.Answer);

    // An answer that only calls has no message.
    private static bool HasMessage(BlendResponse answer) => answer.ToolUse is not { Text.Length: 0 };

    private static JsonElement Json(OutputText part) => JsonSerializer.SerializeToElement(part, GatewayJsonContext.Default.OutputText);

    private static JsonElement Json(SummaryText part) => JsonSerializer.SerializeToElement(part, GatewayJsonContext.Default.SummaryText);

    private string[] Warnings(BlendResponse answer) =>
        [.. request.Warnings, .. answer.Warnings, .. IsStored ? (string[])[] : ["the response was not stored, so that \"previous_response_id\" can't name it"]];

    private static string Status(BlendResponse? answer) => answer is null ? "in_progress" : Incomplete(answer) is null ? "completed" : "incomplete";

    private static string? Incomplete(BlendResponse? answer) =>
        answer?.ReachedLimit == true ? "max_output_tokens" : answer?.Details?.FinishReason is not null ? "content_filter" : null;
}
