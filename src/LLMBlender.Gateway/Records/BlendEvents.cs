using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.Records;

/// <summary>
/// Writes a blend as events: <c>asking</c>, members' texts as <c>member_text</c> if requested, one <c>member</c> for each member, <c>ranking</c>, <c>ranked</c>, <c>fusing</c>,
/// parts of the answer as <c>answer</c>, and <c>done</c> with the complete result, whose answer is final; or <c>error</c>.
/// </summary>
internal static class BlendEvents
{
    /// <summary>Writes the events.</summary>
    public static async Task WriteAsync(ApiCall call, RecordId? id, BlendRequest request)
    {
        var events = new EventStream(call.Context);
        await events.RunAsync(
            () => events.WriteAllAsync(call.Blender.BlendStreamingAsync(request, call.CancellationToken), update => WriteAsync(events, id, update)),
            error => events.WriteAsync("error", error.ToResponse(), GatewayJsonContext.Default.ErrorResponse));
    }

    private static Task WriteAsync(EventStream events, RecordId? id, BlendUpdate update)
    {
        if (update.Event is { } step)
        {
            return events.WriteAsync(StepResult.NameOf(step), StepResult.Create(step), GatewayJsonContext.Default.StepResult);
        }

        return update.Response is { } whole
            ? events.WriteAsync("done", BlendResult.Create(id, whole), RecordJsonContext.Default.BlendResult)
            : events.WriteAsync("answer", new AnswerPiece(update.Text), GatewayJsonContext.Default.AnswerPiece);
    }
}

/// <summary>The next characters of an answer.</summary>
/// <param name="Text">The characters.</param>
internal sealed record AnswerPiece(string Text);
