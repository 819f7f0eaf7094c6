using LLMBlender.Abstractions;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>Writes one of a stream's choices. Used by one request.</summary>
internal sealed class ChoiceStream(int index, EventStream events, ChatWriter writer, string[]? stops)
{
    private readonly StopCut cut = new(stops);
    private bool hasBegun;

    /// <summary>Writes an update.</summary>
    public async Task WriteAsync(BlendUpdate update)
    {
        if (update.Event is { } step)
        {
            await events.WriteAsync(null, writer.Step(index, step), GatewayJsonContext.Default.ChatStep);
        }
        else if (update.Response is { ToolUse: { } use } calling)
        {
            await WriteAsync(new ChunkDelta
            {
                Role = Conversation.Assistant,
                Content = use.Text.Length > 0 ? use.Text : null,
                ToolCalls = ToolCallBody.Create(use, withIndex: true),
            });
            await WriteAsync(new ChunkDelta(), ChatWriter.FinishReason(calling));
        }
        else if (update.Response is { } whole)
        {
            await WriteTextAsync(cut.Rest());
            await WriteAsync(new ChunkDelta(), cut.IsOver ? "stop" : ChatWriter.FinishReason(whole));
        }
        else
        {
            await WriteTextAsync(cut.Next(update.Text));
        }
    }

    private async Task WriteTextAsync(string text)
    {
        var isFirst = !hasBegun;
        hasBegun = true;
        if (isFirst || text.Length > 0)
        {
            await WriteAsync(new ChunkDelta { Role = isFirst ? Conversation.Assistant : null, Content = text });
        }
    }

    private Task WriteAsync(ChunkDelta delta, string? finishReason = null) =>
        events.WriteAsync(null, writer.Chunk(index, delta, finishReason), GatewayJsonContext.Default.ChatChunk);
}
