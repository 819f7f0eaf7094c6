using LLMBlender.Abstractions;

namespace LLMBlender.Silo.Grains;

/// <summary>The steps of one blend. One that fails costs its part, which the blend's progress notes, and not the blend.</summary>
internal sealed class BlendSteps(IBlender blender, BlendRequest request, PanelInquiry? inquiry, BlendProgress blend, Deadline deadline)
{
    /// <summary>Steps 1 and 2: the candidates, asked for where they are not there already, and their ranking.</summary>
    /// <exception cref="BlendException">There are no candidates, or too few.</exception>
    public async Task PrepareAsync()
    {
        if (inquiry is null)
        {
            blend.Given(request.Candidates!);
        }
        else
        {
            blend.Asking(inquiry.Panel);
            blend.Asked(inquiry.Panel, await AskAsync(inquiry));
        }

        await RankAsync();
    }

    /// <summary>Step 3, and the ranker's word on it. Fused answers that lose to the best candidate are not given.</summary>
    public async Task FuseAndGuardAsync()
    {
        if (!blend.CanFuse)
        {
            return;
        }

        try
        {
            blend.Fused(await blender.FuseAsync(blend.FuseRequest(deadline.Remaining), deadline.Token));
        }
        catch (BlendException e) when (e.Parameter is null)
        {
            blend.Failed("fuse", e);
        }

        await GuardAsync();
    }

    /// <summary>The ranker's word on a fused answer, if there is one.</summary>
    public async Task GuardAsync()
    {
        if (blend.ToGuard is not { } fused)
        {
            return;
        }

        try
        {
            blend.Guarded(await blender.CompareAsync(blend.GuardRequest(fused, deadline.Remaining), deadline.Token));
        }
        catch (BlendException e) when (e.Parameter is null)
        {
            blend.Failed("guard", e);
        }
    }

    private async Task<MemberReport[]> AskAsync(PanelInquiry members)
    {
        try
        {
            return await members.AskAsync();
        }
        catch (OperationCanceledException) when (deadline.IsPassed)
        {
            throw members.TimedOut();
        }
    }

    private async Task RankAsync()
    {
        try
        {
            blend.Ranked(await blender.RankAsync(blend.RankingRequest(deadline.Remaining), deadline.Token));
        }
        catch (BlendException e) when (e.Parameter is null && (request.Candidates is null || e.Reason is not BlendFailureReason.Overloaded))
        {
            // Nothing has been spent yet on candidates that were given, and trying again later costs the caller nothing.
            blend.Failed("rank", e);
        }
    }
}
