using LLMBlender.Abstractions;
using LLMBlender.Local.Telemetry;

namespace LLMBlender.Local.Panels;

/// <summary>
/// Ranks the answers of panels with a <c>Shadow</c> again, with that ranker and after the response: no request waits for it or fails by it. The metric of their agreement
/// says what a new ranker would change, before it decides anything. Thread-safe.
/// </summary>
/// <param name="ranker">Ranks.</param>
/// <param name="metrics">Counts the agreement.</param>
public sealed class ShadowRankings(IRankingService ranker, PanelMetrics metrics)
{
    // A shadow must not take the place of requests: beyond these it counts as dropped.
    private const int MaxRunning = 4;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private int running;

    /// <summary>Starts ranking a blend's answers, if its panel has a shadow and there is something to compare.</summary>
    /// <param name="panel">The panel.</param>
    /// <param name="request">The request.</param>
    /// <param name="response">The response.</param>
    /// <returns>The ranking in progress, which never fails.</returns>
    public Task Start(Panel? panel, BlendRequest request, BlendResponse response)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(response);
        if (panel is not { Shadow: { } shadow } || response is not { IsUnranked: false, Candidates.Length: > 1 })
        {
            return Task.CompletedTask;
        }

        if (Interlocked.Increment(ref running) > MaxRunning)
        {
            Interlocked.Decrement(ref running);
            metrics.CountShadow(panel.Name, shadow, "dropped");
            return Task.CompletedTask;
        }

        return Task.Run(() => RankAsync(panel.Name, shadow, request, response));
    }

    private async Task RankAsync(string panel, string shadow, BlendRequest request, BlendResponse response)
    {
        try
        {
            var ranking = await ranker.RankAsync(new RankingRequest
            {
                Instruction = request.Instruction,
                Input = request.Input,
                Candidates = Array.ConvertAll(response.Candidates, static candidate => new Candidate(candidate.Model, candidate.Text)),
                Ranker = shadow,
                Timeout = Timeout,
            });
            var best = Array.FindIndex(response.Candidates, static candidate => candidate.Rank == 1);
            metrics.CountShadow(panel, shadow, best >= 0 && ranking.Ranks[best] == 1 ? "agrees" : "differs");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            metrics.CountShadow(panel, shadow, "failed");
        }
        finally
        {
            Interlocked.Decrement(ref running);
        }
    }
}
