using System.Threading.Channels;
using LLMBlender.Abstractions;
using LLMBlender.Local.Telemetry;

namespace LLMBlender.Silo.Grains;

/// <summary>A blend as it comes about: what its steps say where that is asked for, the answer in pieces, and at last the response.</summary>
/// <param name="blender">Asked for the fused answer's pieces.</param>
/// <param name="steps">The blend's steps.</param>
/// <param name="events">What they say until the candidates are ranked.</param>
/// <param name="blend">How far they are.</param>
/// <param name="watch">Told how the blend ends.</param>
/// <param name="deadline">The end of its time.</param>
internal sealed class StreamedBlend(
    IBlender blender, BlendSteps steps, Channel<BlendEvent> events, BlendProgress blend, BlendWatch watch, Deadline deadline)
{
    /// <summary>Makes the blend.</summary>
    public async IAsyncEnumerable<BlendUpdate> RunAsync(BlendRequest request)
    {
        var prepared = steps.PrepareAsync();
        _ = prepared.ContinueWith(
            done =>
            {
                // Whoever stops reading early never comes to await it.
                _ = done.Exception;
                events.Writer.TryComplete();
            },
            CancellationToken.None,
            TaskContinuationOptions.None,
            TaskScheduler.Default);
        await foreach (var step in events.Reader.ReadAllAsync(CancellationToken.None))
        {
            yield return new BlendUpdate("", null) { Event = step };
        }

        await WatchAsync(prepared);
        if (request.WithProgress)
        {
            yield return new BlendUpdate("", null) { Event = blend.Fusing() };
        }

        watch.Resume();
        await foreach (var piece in request.WithDraft ? DraftAsync() : SettledAsync())
        {
            yield return new BlendUpdate(piece, null);
        }

        watch.Ended();
        yield return new BlendUpdate("", blend.Response());
    }

    // Step 3 for a stream whose text can't be taken back: it is held until the ranker has had its word.
    private async IAsyncEnumerable<string> SettledAsync()
    {
        await WatchAsync(steps.FuseAndGuardAsync());
        if (blend.Response() is { ToolUse: null } settled)
        {
            yield return settled.Answer;
        }
    }

    // Step 3 as it is written, for a reader who knows that the last word may be another answer. A fuser that fails before its
    // first word is replaced by the best candidate; after it, the stream must end.
    private async IAsyncEnumerable<string> DraftAsync()
    {
        if (!blend.CanFuse)
        {
            if (!blend.BestCalls)
            {
                yield return blend.Best.Text;
            }

            yield break;
        }

        await using var updates = blender.FuseStreamingAsync(blend.FuseRequest(deadline.Remaining), deadline.Token).GetAsyncEnumerator();
        for (var started = false; await NextAsync(updates, started); started = true)
        {
            if (updates.Current.Response is { } whole)
            {
                blend.Fused(whole);
                await WatchAsync(steps.GuardAsync());
                yield break;
            }

            yield return updates.Current.Text;
        }

        yield return blend.Best.Text;
    }

    private async ValueTask<bool> NextAsync(IAsyncEnumerator<FuseUpdate> updates, bool started)
    {
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (BlendException e) when (!started && e.Parameter is null)
        {
            blend.Failed("fuse", e);
            return false;
        }
        catch (Exception e) when (watch.Failed(e))
        {
            throw;
        }
    }

    private async Task WatchAsync(Task step)
    {
        try
        {
            await step;
        }
        catch (Exception e) when (watch.Failed(e))
        {
            throw;
        }
    }
}
