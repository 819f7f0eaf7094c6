using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>Creates a request's response, complete or as events. Used by one request.</summary>
/// <param name="request">The request.</param>
/// <param name="created">The response's creation time, in seconds since 1970.</param>
internal sealed class ResponsesWriter(ChatRequest request, long created)
{
    private readonly string id = $"resp_{Guid.NewGuid():N}";
    private readonly string item = $"msg_{Guid.NewGuid():N}";
    private int sequence;

    /// <summary>Creates a response.</summary>
    /// <param name="answer">The blend; null while it is in progress.</param>
    public ResponsesResult Result(BlendResponse? answer) => new()
    {
        Id = id,
        Object = "response",
        CreatedAt = created,
        Status = Status(answer),
        IncompleteDetails = answer?.ReachedLimit == true ? new IncompleteDetails("max_output_tokens") : null,
        Model = request.Model,
        Output = answer is null ? [] : [Item(answer)],
        Usage = answer is null ? null : ResponsesUsage.Create(answer.Usage),
        Own = answer is not null && request.WithTrace ? BlendResult.Create(null, answer) : null,
    };

    /// <summary>Writes the first events of a response.</summary>
    public async Task BeginAsync(EventStream events)
    {
        await WriteAsync(events, Event("response.created") with { Response = Result(null) });
        await WriteAsync(events, Event("response.in_progress") with { Response = Result(null) });
        await WriteAsync(events, Event("response.output_item.added") with { OutputIndex = 0, Item = Item(null) });
        await WriteAsync(events, TextEvent("response.content_part.added") with { Part = new OutputText { Text = "" } });
    }

    /// <summary>Writes the next part of an answer.</summary>
    public Task WriteAsync(EventStream events, string piece) =>
        WriteAsync(events, TextEvent("response.output_text.delta") with { Delta = piece, Logprobs = [] });

    /// <summary>Writes the last events of a response.</summary>
    public async Task EndAsync(EventStream events, BlendResponse answer)
    {
        await WriteAsync(events, TextEvent("response.output_text.done") with { Text = answer.Answer, Logprobs = [] });
        await WriteAsync(events, TextEvent("response.content_part.done") with { Part = new OutputText { Text = answer.Answer } });
        await WriteAsync(events, Event("response.output_item.done") with { OutputIndex = 0, Item = Item(answer) });
        await WriteAsync(events, Event(answer.ReachedLimit ? "response.incomplete" : "response.completed") with { Response = Result(answer) });
    }

    /// <summary>Writes the event of an error.</summary>
    public Task WriteAsync(EventStream events, ApiError error) => events.WriteAsync(
        "error",
        new ResponsesError { Type = "error", SequenceNumber = sequence++, Code = error.Code, Message = error.Message, Param = error.Parameter },
        GatewayJsonContext.Default.ResponsesError);

    private static Task WriteAsync(EventStream events, ResponsesEvent data) =>
        events.WriteAsync(data.Type, data, GatewayJsonContext.Default.ResponsesEvent);

    private ResponsesEvent Event(string type) => new() { Type = type, SequenceNumber = sequence++ };

    private ResponsesEvent TextEvent(string type) => Event(type) with { ItemId = item, OutputIndex = 0, ContentIndex = 0 };

    private OutputItem Item(BlendResponse? answer) => new()
    {
        Id = item,
        Status = Status(answer),
        Content = answer is null ? [] : [new OutputText { Text = answer.Answer }],
    };

    private static string Status(BlendResponse? answer) =>
        answer is null ? "in_progress" : answer.ReachedLimit ? "incomplete" : "completed";
}
