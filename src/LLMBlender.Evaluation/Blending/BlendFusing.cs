using LLMBlender.Core.Fusion;
using LLMBlender.Evaluation.Ranking;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Blending;

/// <summary>
/// The second half of a blend: the best candidates of a ranked record are fused, and the ranker compares what came of it
/// with the best candidate.
/// </summary>
/// <param name="fuser">Who fuses.</param>
/// <param name="ranker">Compares.</param>
/// <param name="topK">Candidates to fuse at most.</param>
/// <param name="isGuarded">Whether a fused answer that loses against the best candidate is held back.</param>
public sealed class BlendFusing(LoadedFuser fuser, CompareBatch ranker, int topK, bool isGuarded)
{
    /// <summary>Who fuses.</summary>
    public LoadedFuser Fuser => fuser;

    /// <summary>Candidates to fuse at most.</summary>
    public int TopK => topK;

    /// <summary>Fuses ranked records together; those that failed are passed over.</summary>
    internal async Task SettleAsync(IReadOnlyList<BlendWork> works, CancellationToken cancellation)
    {
        var begun = new List<(BlendWork Work, FusionRequest Request)>();
        foreach (var work in works)
        {
            if (work.Failure is null && Ask(work) is { } request)
            {
                begun.Add((work, request));
            }
        }

        var attempts = await fuser.Fuser.FuseAllAsync([.. begun.Select(one => one.Request)], cancellation);
        for (var i = 0; i < begun.Count; i++)
        {
            var (work, request) = begun[i];
            await JudgeAsync(work, request, FusionAnswer.Of(fuser.Fuser.Name, request, attempts[i]), cancellation);
        }
    }

    private FusionRequest? Ask(BlendWork work)
    {
        try
        {
            string[] ranked = [.. work.Ranking.Order.Select(i => work.Record.Candidates[i].Text)];
            return FusionRequest.Of(work.Record.Instruction, work.Record.Input, ranked, topK);
        }
        catch (ArgumentException e)
        {
            work.Fail(Sentences.WithoutParameter(e));
            return null;
        }
    }

    private async Task JudgeAsync(BlendWork work, FusionRequest request, FusionAnswer answer, CancellationToken cancellation)
    {
        var isFused = fuser.Writes && answer.Failure is null;
        double? margin = isFused && isGuarded ? await CompareAsync(work, answer.Text, request.Best, cancellation) : null;
        work.Settle(new BlendOutcome(request.Best, answer, isFused, margin));
    }

    // A comparison that can't be made is one that isn't won.
    private async Task<double> CompareAsync(BlendWork work, string fused, string best, CancellationToken cancellation)
    {
        try
        {
            var record = work.Encode([fused, best]);
            var comparisons = Array.ConvertAll(FusionGuard.Pairs.ToArray(), pair => new Comparison(record, pair.First, pair.Second));
            var logits = new float[comparisons.Length];
            await Task.Run(() => ranker(comparisons, logits, null, cancellation), cancellation);
            return FusionGuard.Margin(logits[0], logits[1]);
        }
        catch (Exception) when (!cancellation.IsCancellationRequested)
        {
            return double.NaN;
        }
    }
}
