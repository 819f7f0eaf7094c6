using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;
using LLMBlender.Core.Ranking;
using LLMBlender.Local.Telemetry;
using LLMBlender.Local.Wire;

namespace LLMBlender.Local.Scoring;

/// <summary>
/// A scorer as a ranker. A pair's logit is the scale times the difference of both scores, and each text is scored once, however many of
/// its pairs are compared. Serves one request.
/// </summary>
/// <param name="scorer">The scorer.</param>
/// <param name="source">Instruction and input, concatenated without a separator.</param>
/// <param name="texts">The texts that pairs index.</param>
/// <param name="metrics">Counts the calls.</param>
/// <param name="deadline">The request's deadline.</param>
internal sealed class ScoreComparer(Scorer scorer, string source, string[] texts, BlendMetrics metrics, Deadline deadline) : IPairComparer
{
    private readonly double?[] scores = new double?[texts.Length];

    /// <inheritdoc/>
    public string Name => scorer.Name;

    /// <inheritdoc/>
    public RankerInfo? Info { get; } = new(scorer.Name, RankerInfo.ScoreServer);

    /// <inheritdoc/>
    public int Reused => 0;

    /// <inheritdoc/>
    public StepUsage Usage => default;

    /// <summary>Whether failures contain what the server wrote.</summary>
    public bool ShowsServerMessages { get; init; }

    /// <inheritdoc/>
    public async Task<float[]> CompareAsync(CandidatePair[] pairs, CancellationToken cancellationToken)
    {
        try
        {
            await ScoreMissingAsync(pairs, cancellationToken);
        }
        catch (OperationCanceledException) when (deadline.IsPassed)
        {
            throw BlendException.TimedOut(BlendWorkflow.Rank, deadline.Timeout, $"the scorer {Name} had not finished");
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            var known = BackendException.In(e);
            throw new BlendException(
                BlendWorkflow.Rank, known?.Reason ?? BlendFailureReason.Faulted, $"the scorer {Name} failed: {(ShowsServerMessages ? known?.FullMessage : known?.Message) ?? e.GetType().Name}")
            {
                RetryAfter = known?.RetryAfter,
            };
        }

        return Array.ConvertAll(pairs, pair => (float)(scorer.Settings.Scale * (scores[pair.First]!.Value - scores[pair.Second]!.Value)));
    }

    private async Task ScoreMissingAsync(CandidatePair[] pairs, CancellationToken cancellationToken)
    {
        int[] missing = [.. pairs.SelectMany(static pair => new[] { pair.First, pair.Second }).Distinct().Where(text => scores[text] is null).Order()];
        var meter = new ScoreMeter(scorer.Settings, metrics.Chats, deadline);
        var found = await scorer.ScoreAsync(source, Array.ConvertAll(missing, text => texts[text]), meter.MeasureAsync, cancellationToken);
        for (var i = 0; i < missing.Length; i++)
        {
            scores[missing[i]] = found[i];
        }
    }
}
