using System.Runtime.CompilerServices;
using LLMBlender.Abstractions;

namespace LLMBlender.Gateway.Recording;

/// <summary>Records the blends of panels with <c>Record</c>. Used by one request of the API, whose caller does not refuse it.</summary>
/// <param name="inner">Serves the request.</param>
/// <param name="panels">The panels.</param>
/// <param name="facts">Has the answer's id.</param>
/// <param name="log">Takes the records.</param>
/// <param name="timeProvider">Tells the time.</param>
internal sealed class RecordedBlender(IBlender inner, PanelDirectory panels, AnswerFacts facts, TrafficLog log, TimeProvider timeProvider) : IBlender
{
    private int blends;

    /// <inheritdoc/>
    public async Task<BlendResponse> BlendAsync(BlendRequest request, CancellationToken cancellationToken = default)
    {
        if (await PanelAsync(request, cancellationToken) is not { } panel)
        {
            return await inner.BlendAsync(request, cancellationToken);
        }

        return Record(panel, request, await inner.BlendAsync(request with { WithTrace = true }, cancellationToken));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlendUpdate> BlendStreamingAsync(
        BlendRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var panel = await PanelAsync(request, cancellationToken);
        await foreach (var update in inner.BlendStreamingAsync(panel is null ? request : request with { WithTrace = true }, cancellationToken))
        {
            yield return panel is not null && update.Response is { } response ? update with { Response = Record(panel, request, response) } : update;
        }
    }

    /// <inheritdoc/>
    public Task<RankingResponse> RankAsync(RankingRequest request, CancellationToken cancellationToken = default) => inner.RankAsync(request, cancellationToken);

    /// <inheritdoc/>
    public Task<CompareResponse> CompareAsync(CompareRequest request, CancellationToken cancellationToken = default) => inner.CompareAsync(request, cancellationToken);

    /// <inheritdoc/>
    public Task<FuseResponse> FuseAsync(FuseRequest request, CancellationToken cancellationToken = default) => inner.FuseAsync(request, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<FuseUpdate> FuseStreamingAsync(FuseRequest request, CancellationToken cancellationToken = default) =>
        inner.FuseStreamingAsync(request, cancellationToken);

    /// <inheritdoc/>
    public Task<PanelInfo[]> GetPanelsAsync(CancellationToken cancellationToken = default) => inner.GetPanelsAsync(cancellationToken);

    // The panel's name if it records; given candidates have no panel.
    private async ValueTask<string?> PanelAsync(BlendRequest request, CancellationToken cancellationToken)
    {
        if (request.Candidates is not null)
        {
            return null;
        }

        var known = await panels.ListAsync(cancellationToken);
        var panel = request.Panel is { } name ? Array.Find(known, panel => panel.Name == name) : known.FirstOrDefault();
        if (panel is not { IsRecorded: true })
        {
            return null;
        }

        facts.NoteRecorded();
        return panel.Name;
    }

    private BlendResponse Record(string panel, BlendRequest request, BlendResponse response)
    {
        // Several answers to one request have the id of the request with their number.
        var number = Interlocked.Increment(ref blends);
        if (response.Candidates.Length > 0)
        {
            log.Add(TrafficRecord.Blend(number == 1 ? facts.Id : $"{facts.Id}-{number}", panel, request, response, timeProvider.GetUtcNow()));
        }

        return request.WithTrace ? response : response with { Trace = null };
    }
}
