using LLMBlender.Abstractions;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>One of a stream's choices. Belongs to one request.</summary>
internal sealed class ChoiceStream(int index, EventStream events, ChatJson json, string[]? stops)
{
    private readonly StopCut cut = new(stops);
    private bool hasBegun;

    /// <summary>Writes what an update says.</summary>
    public async Task WriteAsync(BlendUpdate update)
    {
        if (update.Event is { } step)
        {
            await events.WriteAsync(null, writer => json.WriteStep(writer, index, step));
        }
        else if (update.Response is { ToolUse: { } use } calling)
        {
            await events.WriteAsync(null, writer => json.WriteChunk(writer, index, use.Text.Length > 0 ? use.Text : null, isFirst: true, null, use));
            await events.WriteAsync(null, writer => json.WriteChunk(writer, index, null, isFirst: false, ChatJson.FinishReason(calling)));
        }
        else if (update.Response is { } whole)
        {
            await WriteAsync(cut.Rest());
            await events.WriteAsync(null, writer => json.WriteChunk(
                writer, index, null, isFirst: false, cut.IsOver ? "stop" : ChatJson.FinishReason(whole)));
        }
        else
        {
            await WriteAsync(cut.Next(update.Text));
        }
    }

    private async Task WriteAsync(string text)
    {
        var isFirst = !hasBegun;
        hasBegun = true;
        if (isFirst || text.Length > 0)
        {
            await events.WriteAsync(null, writer => json.WriteChunk(writer, index, text, isFirst, null));
        }
    }
}
