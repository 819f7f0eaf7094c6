using LLMBlender.Abstractions;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>Writes one of a stream's choices. Used by one request.</summary>
internal sealed class ChoiceStream(int index, EventStream events, ChatWriter writer, string[]? stops)
{
    private readonly StopCut cut = new(stops);
    private readonly ToolCallStream calls = new();
    private bool hasBegun;
    private bool hasReasoning;
    private bool hasText;

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
            await WriteTextAsync(cut.Next(update.Text), isOptional: true);
        }
        else
        {
            await WriteTextAsync(cut.Next(update.Text), isOptional: update.Calls is not null);
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
        await WriteAsync(last, cut.IsOver ? "stop" : ChatWriter.FinishReason(whole), writer.Warnings([whole]), details?.ResponseFields);
    }

    private async Task WriteTextAsync(string text, bool isOptional = false)
    {
        if (text.Length > 0 || (!hasBegun && !isOptional))
        {
            hasText |= text.Length > 0;
            await WriteAsync(new ChunkDelta { Role = TakeRole(), Content = text });
        }
    }

    private async Task WriteCallsAsync(IEnumerable<ToolCallStep> steps)
    {
        foreach (var step in steps.Where(static step => !step.IsEnd))
        {
            await WriteAsync(new ChunkDelta { Role = TakeRole(), ToolCalls = [ToolCallBody.Create(step)] });
        }
    }

    private Task WriteReasoningAsync(string reasoning) => WriteAsync(new ChunkDelta { Role = TakeRole(), ReasoningContent = reasoning });

    private string? TakeRole()
    {
        var role = hasBegun ? null : Conversation.Assistant;
        hasBegun = true;
        return role;
    }

    private Task WriteAsync(ChunkDelta delta, string? finishReason = null, string[]? warnings = null, string? fields = null) =>
        events.WriteAsync(null, writer.Chunk(index, delta, finishReason, warnings, fields), GatewayJsonContext.Default.ChatChunk);
}
