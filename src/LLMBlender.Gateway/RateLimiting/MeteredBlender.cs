using System.Runtime.CompilerServices;
using LLMBlender.Abstractions;

namespace LLMBlender.Gateway.RateLimiting;

/// <summary>
/// Charges a caller for the usage of its requests: of a limited caller, each member's as soon as it answers, whatever becomes of the request, and the rest
/// with the response. Used by one request.
/// </summary>
/// <param name="inner">Serves the request.</param>
/// <param name="caller">The caller.</param>
/// <param name="panels">The panels, of which those of one member stream its answer.</param>
internal sealed class MeteredBlender(IBlender inner, Caller caller, PanelDirectory panels) : IBlender
{
    // The fuser that gives the best answer unchanged.
    private const string Select = "select";

    // Of an answer that the caller did not wait for.
    private const int CharactersPerToken = 4;

    /// <inheritdoc/>
    public async Task<BlendResponse> BlendAsync(BlendRequest request, CancellationToken cancellationToken = default)
    {
        await CheckAsync(request, cancellationToken);
        if (!caller.HasBudget)
        {
            var response = await inner.BlendAsync(request, cancellationToken);
            Charge(response.Usage, default);
            return WithoutReuse(response);
        }

        BlendResponse? whole = null;
        await foreach (var update in WithChargesAsync(request with { WithProgress = true }, cancellationToken))
        {
            whole = update.Response;
        }

        return whole!;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlendUpdate> BlendStreamingAsync(
        BlendRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await CheckAsync(request, cancellationToken);
        var asked = caller.HasBudget && !await IsPassedThroughAsync(request, cancellationToken) ? request with { WithProgress = true } : request;
        await foreach (var update in WithChargesAsync(asked, cancellationToken))
        {
            if (request.WithProgress || update.Event is null)
            {
                yield return update;
            }
        }
    }

    /// <summary>Requires that the caller may use what a request names.</summary>
    /// <exception cref="ApiException">It may not.</exception>
    public async ValueTask CheckAsync(BlendRequest request, CancellationToken cancellationToken)
    {
        var panel = request.Panel ?? (request.Candidates is null ? (await panels.ListAsync(cancellationToken)).FirstOrDefault()?.Name : null);
        caller.CheckNames(panel, request.Ranker, request.Fuser);
        caller.CheckMembers(request.Composition);
    }

    private async ValueTask<bool> IsPassedThroughAsync(BlendRequest request, CancellationToken cancellationToken)
    {
        var known = await panels.ListAsync(cancellationToken);
        var panel = request.Panel is null ? known.FirstOrDefault() : Array.Find(known, panel => panel.Name == request.Panel);
        return request.Candidates is null && panel is { IsPassThrough: true } && request.Fuser is null or Select;
    }

    private async IAsyncEnumerable<BlendUpdate> WithChargesAsync(BlendRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var charged = (PromptTokens: 0L, CompletionTokens: 0L, Cost: 0m);
        var (length, isCharged) = (0L, false);
        try
        {
            await foreach (var update in inner.BlendStreamingAsync(request, cancellationToken))
            {
                if (update.Event?.Member is { } member)
                {
                    caller.Spend(member.PromptTokens, member.CompletionTokens, member.Cost);
                    charged = (charged.PromptTokens + member.PromptTokens, charged.CompletionTokens + member.CompletionTokens, charged.Cost + (member.Cost ?? 0));
                    isCharged = true;
                }

                if (update.Response is { } whole)
                {
                    Charge(whole.Usage, charged);
                    isCharged = true;
                }

                length += update.Text.Length + (update.Reasoning?.Length ?? 0);
                yield return WithoutReuse(update);
            }
        }
        finally
        {
            // The caller left before the end of a streamed answer, whose usage is not known.
            if (!isCharged && length > 0)
            {
                caller.Spend(request.Instruction.Length / CharactersPerToken, length / CharactersPerToken, null);
            }
        }
    }

    /// <inheritdoc/>
    public async Task<RankingResponse> RankAsync(RankingRequest request, CancellationToken cancellationToken = default)
    {
        caller.CheckNames(null, request.Ranker, null);
        var response = await inner.RankAsync(request, cancellationToken);
        caller.Spend(response.PromptTokens, response.CompletionTokens, response.Cost);
        return WithoutReuse(response);
    }

    /// <inheritdoc/>
    public async Task<CompareResponse> CompareAsync(CompareRequest request, CancellationToken cancellationToken = default)
    {
        caller.CheckNames(null, request.Ranker, null);
        var response = await inner.CompareAsync(request, cancellationToken);
        caller.Spend(response.PromptTokens, response.CompletionTokens, response.Cost);
        return response;
    }

    /// <inheritdoc/>
    public async Task<FuseResponse> FuseAsync(FuseRequest request, CancellationToken cancellationToken = default)
    {
        caller.CheckNames(null, null, request.Fuser);
        var response = await inner.FuseAsync(request, cancellationToken);
        Charge(response);
        return response;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<FuseUpdate> FuseStreamingAsync(
        FuseRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        caller.CheckNames(null, null, request.Fuser);
        await foreach (var update in inner.FuseStreamingAsync(request, cancellationToken))
        {
            if (update.Response is { } whole)
            {
                Charge(whole);
            }

            yield return update;
        }
    }

    /// <inheritdoc/>
    public Task<PanelInfo[]> GetPanelsAsync(CancellationToken cancellationToken = default) => inner.GetPanelsAsync(cancellationToken);

    // Comparisons that were made for another request tell what other callers asked.
    private static RankingResponse WithoutReuse(RankingResponse ranking) => ranking with { Reused = 0 };

    private static BlendResponse WithoutReuse(BlendResponse response) =>
        response.Trace is { Ranking: { } ranking } trace ? response with { Trace = trace with { Ranking = WithoutReuse(ranking) } } : response;

    private static BlendUpdate WithoutReuse(BlendUpdate update) => update switch
    {
        { Response: { } response } => update with { Response = WithoutReuse(response) },
        { Event: { Ranking: { } ranking } step } => update with { Event = step with { Ranking = WithoutReuse(ranking) } },
        _ => update,
    };

    private void Charge(BlendUsage usage, (long PromptTokens, long CompletionTokens, decimal Cost) charged)
    {
        caller.Spend(usage.PromptTokens - charged.PromptTokens, usage.CompletionTokens - charged.CompletionTokens, usage.Cost - charged.Cost);
        caller.NoteUsual(usage.PromptTokens + usage.CompletionTokens, usage.Cost);
    }

    private void Charge(FuseResponse response) => caller.Spend(response.PromptTokens, response.CompletionTokens, response.Cost);
}
