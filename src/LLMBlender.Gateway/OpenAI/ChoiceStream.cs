using LLMBlender.Abstractions;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>Writes one of a stream's choices. Used by one request.</summary>
/// <param name="index">The choice's index.</param>
/// <param name="events">The stream.</param>
/// <param name="writer">Creates its chunks.</param>
/// <param name="request">The request.</param>
internal sealed class ChoiceStream(int index, EventStream events, ChatWriter writer, ChatRequest request)
{
    private readonly StopCut cut = new(request.Sampling.Stop);
    private readonly ToolCallStream calls = new();
    private bool hasBegun;
    private bool hasReasoning;
    private bool hasText;
    private bool hasLogprobs;

    /// <summary>Writes an update.</summary>
    public async Task WriteAsync(BlendUpdate update)
    {
        if (update.Event is { } step)
        {
            await events.WriteAsync(null, writer.Step(index, step), GatewayJsonContext.Default.ChatStep);
        }
        else if (update.Response is { } whole)
        {
            await EndAsync(whole);
        }
        else if (update.Reasoning is { } reasoning)
        {
            hasReasoning = true;
            await WriteReasoningAsync(reasoning);
            await WriteTextAsync(cut.Next(update.Text), isOptional: true, update.Logprobs);
        }
        else
        {
            await WriteTextAsync(cut.Next(update.Text), isOptional: update.Calls is not null || update.Thinking is not null, update.Logprobs);
        }

        await WriteCallsAsync(calls.Next(update.Calls ?? []));
    }

    private async Task EndAsync(BlendResponse whole)
    {
        var details = whole.Details;
        if (!hasReasoning && details?.Reasoning is { } reasoning)
        {
            await WriteReasoningAsync(reasoning);
        }

        if (whole.ToolUse is { } use)
        {
            await WriteTextAsync(hasText ? cut.Rest() : use.Text, isOptional: true);
            await WriteCallsAsync(calls.Complete(use.Calls));
        }
        else if (details?.Refusal is { } refusal)
        {
            await WriteAsync(new ChunkDelta { Role = TakeRole(), Refusal = refusal });
        }
        else
        {
            await WriteTextAsync(cut.Rest());
        }

        var last = new ChunkDelta { Other = ChatMessage.ReadFields(details?.Fields) };
        await WriteAsync(last, cut.IsOver ? "stop" : writer.FinishReason(whole), writer.Warnings([whole]), details?.ResponseFields, hasLogprobs ? null : details?.Logprobs);
    }

    private async Task WriteTextAsync(string text, bool isOptional = false, string? logprobs = null)
    {
        if (text.Length > 0 || logprobs is not null || (!hasBegun && !isOptional))
        {
            hasText |= text.Length > 0;
            hasLogprobs |= logprobs is not null;
            await WriteAsync(new ChunkDelta { Role = TakeRole(), Content = text }, logprobs: logprobs);
        }
    }

    private async Task WriteCallsAsync(IEnumerable<ToolCallStep> steps)
    {
        foreach (var step in steps.Where(step => !step.IsEnd && (step.Index == 0 || !request.IsLegacy)))
        {
            await WriteAsync(request.IsLegacy
                ? new ChunkDelta { Role = TakeRole(), FunctionCall = FunctionCall.Create(step.IsBegin ? step.Call.Name : null, step.Arguments ?? "") }
                : new ChunkDelta { Role = TakeRole(), ToolCalls = [ToolCallBody.Create(step)] });
        }
    }

    private Task WriteReasoningAsync(string reasoning) => WriteAsync(new ChunkDelta { Role = TakeRole(), ReasoningContent = reasoning });

    private string? TakeRole()
    {
        var role = hasBegun ? null : Conversation.Assistant;
        hasBegun = true;
        return role;
    }

    private Task WriteAsync(ChunkDelta delta, string? finishReason = null, string[]? warnings = null, string? fields = null, string? logprobs = null) =>
        events.WriteAsync(null, writer.Chunk(index, delta, finishReason, warnings, fields, logprobs), GatewayJsonContext.Default.ChatChunk);
}
