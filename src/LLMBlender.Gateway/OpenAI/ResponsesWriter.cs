using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>Creates a request's response, complete or as events. Used by one request.</summary>
/// <param name="request">The request.</param>
/// <param name="body">The request's body.</param>
/// <param name="created">The response's creation time, in seconds since 1970.</param>
internal sealed class ResponsesWriter(ChatRequest request, ResponsesBody body, long created)
{
    private static readonly JsonElement Auto = JsonElement.Parse("\"auto\"");
    private static readonly JsonElement EmptyList = JsonElement.Parse("[]");
    private static readonly JsonElement EmptyObject = JsonElement.Parse("{}");

    private readonly string message = $"msg_{Guid.NewGuid():N}";
    private readonly string reasoning = $"rs_{Guid.NewGuid():N}";
    private readonly List<string> calls = [];
    private int sequence;
    private int items;
    private bool hasMessage;
    private bool hasReasoning;

    /// <summary>The response's id.</summary>
    public string Id { get; } = $"resp_{Guid.NewGuid():N}";

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
        Store = body.Store ?? true,
        ToolChoice = body.ToolChoice ?? Auto,
        Tools = body.Tools ?? EmptyList,
        Metadata = body.Metadata ?? EmptyObject,
        Usage = answer is null ? null : ResponsesUsage.Create(answer.Usage),
        Warnings = answer is not null && request.Warnings.Length + answer.Warnings.Length > 0 ? [.. request.Warnings, .. answer.Warnings] : null,
        Own = answer is not null && request.WithTrace ? BlendResult.Create(null, answer) : null,
    };

    /// <summary>Creates the items of an answer.</summary>
    public OutputItem[] Items(BlendResponse answer)
    {
        var all = new List<OutputItem>();
        if (answer.Details?.Reasoning is { } text)
        {
            all.Add(Reasoning(text));
        }

        if (HasMessage(answer))
        {
            all.Add(Message(answer));
        }

        all.AddRange((answer.ToolUse?.Calls ?? []).Select((call, i) => Call(call, i, "completed")));
        return [.. all];
    }

    /// <summary>Writes the first events of a response.</summary>
    public async Task BeginAsync(EventStream events)
    {
        await WriteAsync(events, Event("response.created") with { Response = Result(null) });
        await WriteAsync(events, Event("response.in_progress") with { Response = Result(null) });
    }

    /// <summary>Writes the next part of an answer.</summary>
    public async Task WriteAsync(EventStream events, BlendUpdate update)
    {
        if (update.Reasoning is { } more)
        {
            await AddReasoningAsync(events, more);
        }

        if (update.Text.Length > 0)
        {
            await AddTextAsync(events, update.Text);
        }
    }

    /// <summary>Writes the last events of a response.</summary>
    public async Task EndAsync(EventStream events, BlendResponse answer)
    {
        if (answer.Details?.Reasoning is { } text)
        {
            if (!hasReasoning)
            {
                await AddReasoningAsync(events, text);
            }

            await EndReasoningAsync(events, text);
        }

        if (HasMessage(answer))
        {
            await EndMessageAsync(events, answer);
        }

        for (var i = 0; i < answer.ToolUse?.Calls.Length; i++)
        {
            await WriteCallAsync(events, answer.ToolUse.Calls[i], i);
        }

        await WriteAsync(events, Event(Incomplete(answer) is null ? "response.completed" : "response.incomplete") with { Response = Result(answer) });
    }

    /// <summary>Writes the events of an error.</summary>
    public async Task FailAsync(EventStream events, ApiError error)
    {
        await WriteAsync(events, Event("response.failed") with
        {
            Response = Result(null) with { Status = "failed", Error = new ResponsesFailure(error.Code, error.Message) },
        });
        await events.WriteAsync(
            "error",
            new ResponsesError { Type = "error", SequenceNumber = sequence++, Code = error.Code, Message = error.Message, Param = error.Parameter },
            GatewayJsonContext.Default.ResponsesError);
    }

    private async Task AddReasoningAsync(EventStream events, string more)
    {
        if (!hasReasoning)
        {
            hasReasoning = true;
            await WriteAsync(events, Event("response.output_item.added") with { OutputIndex = items, Item = Reasoning("") with { Summary = [] } });
            await WriteAsync(events, ReasoningEvent("response.reasoning_summary_part.added") with { Part = Json(new SummaryText("")) });
            items++;
        }

        await WriteAsync(events, ReasoningEvent("response.reasoning_summary_text.delta") with { Delta = more });
    }

    private async Task EndReasoningAsync(EventStream events, string text)
    {
        await WriteAsync(events, ReasoningEvent("response.reasoning_summary_text.done") with { Text = text });
        await WriteAsync(events, ReasoningEvent("response.reasoning_summary_part.done") with { Part = Json(new SummaryText(text)) });
        await WriteAsync(events, Event("response.output_item.done") with { OutputIndex = 0, Item = Reasoning(text) });
    }

    private async Task AddTextAsync(EventStream events, string text)
    {
        await BeginMessageAsync(events);
        await WriteAsync(events, TextEvent("response.output_text.delta") with { Delta = text, Logprobs = [] });
    }

    private async Task BeginMessageAsync(EventStream events, OutputText? part = null)
    {
        if (!hasMessage)
        {
            hasMessage = true;
            items++;
            await WriteAsync(events, Event("response.output_item.added") with { OutputIndex = MessageIndex, Item = Message(null) });
            await WriteAsync(events, TextEvent("response.content_part.added") with { Part = Json(part ?? OutputText.Create("")) });
        }
    }

    private async Task EndMessageAsync(EventStream events, BlendResponse answer)
    {
        var part = Text(answer);
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
        await WriteAsync(events, Event("response.output_item.done") with { OutputIndex = MessageIndex, Item = Message(answer) });
    }

    private async Task WriteCallAsync(EventStream events, ToolCall call, int i)
    {
        var index = items++;
        var item = Call(call, i, "in_progress");
        await WriteAsync(events, Event("response.output_item.added") with { OutputIndex = index, Item = item with { Arguments = "" } });
        await WriteAsync(events, Event("response.function_call_arguments.delta") with { ItemId = item.Id, OutputIndex = index, Delta = call.Arguments });
        await WriteAsync(events, Event("response.function_call_arguments.done") with { ItemId = item.Id, OutputIndex = index, Arguments = call.Arguments });
        await WriteAsync(events, Event("response.output_item.done") with { OutputIndex = index, Item = item with { Status = "completed" } });
    }

    private static Task WriteAsync(EventStream events, ResponsesEvent data) =>
        events.WriteAsync(data.Type, data, GatewayJsonContext.Default.ResponsesEvent);

    private ResponsesEvent Event(string type) => new() { Type = type, SequenceNumber = sequence++ };

    private ResponsesEvent TextEvent(string type) => Event(type) with { ItemId = message, OutputIndex = MessageIndex, ContentIndex = 0 };

    private ResponsesEvent ReasoningEvent(string type) => Event(type) with { ItemId = reasoning, OutputIndex = 0, SummaryIndex = 0 };

    private int MessageIndex => hasReasoning ? 1 : 0;

    private OutputItem Message(BlendResponse? answer) => new()
    {
        Type = "message",
        Id = message,
        Status = Status(answer),
        Role = Conversation.Assistant,
        Content = answer is null ? [] : [Text(answer)],
    };

    private OutputItem Reasoning(string text) => new() { Type = "reasoning", Id = reasoning, Summary = [new SummaryText(text)] };

    private OutputItem Call(ToolCall call, int i, string status)
    {
        while (calls.Count <= i)
        {
            calls.Add($"fc_{Guid.NewGuid():N}");
        }

        return new OutputItem { Type = "function_call", Id = calls[i], Status = status, CallId = call.Id, Name = call.Name, Arguments = call.Arguments };
    }

    private static OutputText Text(BlendResponse answer) => answer.Details?.Refusal is { } refusal
        ? new OutputText { Type = "refusal", Refusal = refusal }
        : OutputText.Create(answer.ToolUse?.Text ?? answer.Answer);

    // An answer that only calls has no message.
    private static bool HasMessage(BlendResponse answer) => answer.ToolUse is not { Text.Length: 0 };

    private static JsonElement Json(OutputText part) => JsonSerializer.SerializeToElement(part, GatewayJsonContext.Default.OutputText);

    private static JsonElement Json(SummaryText part) => JsonSerializer.SerializeToElement(part, GatewayJsonContext.Default.SummaryText);

    private static string Status(BlendResponse? answer) => answer is null ? "in_progress" : Incomplete(answer) is null ? "completed" : "incomplete";

    private static string? Incomplete(BlendResponse? answer) =>
        answer?.ReachedLimit == true ? "max_output_tokens" : answer?.Details?.FinishReason is not null ? "content_filter" : null;
}
