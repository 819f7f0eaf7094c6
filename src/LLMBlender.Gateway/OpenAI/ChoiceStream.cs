using LLMBlender.Abstractions;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>Writes one of a stream's choices. Used by one request.</summary>
internal sealed class ChoiceStream(int index, EventStream events, ChatWriter writer, string[]? stops)
{
    private readonly StopCut cut = new(stops);
    private bool hasBegun;
    private bool hasReasoning;

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
            await WriteTextAsync(cut.Next(update.Text));
        }
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
            await WriteAsync(new ChunkDelta
            {
                Role = TakeRole(),
                Content = use.Text.Length > 0 ? use.Text : null,
                ToolCalls = ToolCallBody.Create(use, withIndex: true),
            });
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
        await WriteAsync(last, cut.IsOver ? "stop" : ChatWriter.FinishReason(whole), writer.Warnings([whole]));
    }

    private async Task WriteTextAsync(string text, bool isOptional = false)
    {
        if (text.Length > 0 || (!hasBegun && !isOptional))
        {
            await WriteAsync(new ChunkDelta { Role = TakeRole(), Content = text });
        }
    }

    private Task WriteReasoningAsync(string reasoning) => WriteAsync(new ChunkDelta { Role = TakeRole(), ReasoningContent = reasoning });

    private string? TakeRole()
    {
        var role = hasBegun ? null : Conversation.Assistant;
        hasBegun = true;
        return role;
    }

    private Task WriteAsync(ChunkDelta delta, string? finishReason = null, string[]? warnings = null) =>
        events.WriteAsync(null, writer.Chunk(index, delta, finishReason, warnings), GatewayJsonContext.Default.ChatChunk);
}
