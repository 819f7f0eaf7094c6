using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Local.Comparing;

/// <summary>Comparisons that a request waits for: pairs of one record. One thread adds their logits in order.</summary>
/// <param name="ranker">The ranker that compares them.</param>
/// <param name="record">The record that the pairs index.</param>
/// <param name="pairs">The pairs, at least one.</param>
/// <param name="completing">Called before the task completes.</param>
internal sealed class PendingComparisons(IPairRanker ranker, IPairRecord record, CandidatePair[] pairs, Action? completing = null)
{
    private readonly TaskCompletionSource<float[]> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly float[] logits = new float[pairs.Length];
    private int answered;

    /// <summary>The ranker that compares them.</summary>
    public IPairRanker Ranker => ranker;

    /// <summary>Completes with a logit for each pair when all are compared.</summary>
    public Task<float[]> Task => completion.Task;

    /// <summary>The number of pairs that are not compared yet; 0 if the task has completed.</summary>
    public int Remaining => completion.Task.IsCompleted ? 0 : pairs.Length - answered;

    /// <summary>Returns the pair at an offset from the first pair that is not compared yet.</summary>
    public RecordPair Pair(int offset) => new(record, pairs[answered + offset].First, pairs[answered + offset].Second);

    /// <summary>Sets the logit of the first pair that is not compared yet.</summary>
    public void Answer(float logit)
    {
        if (completion.Task.IsCompleted)
        {
            return;
        }

        if (!float.IsFinite(logit))
        {
            var (first, second) = (pairs[answered].First, pairs[answered].Second);
            Fail($"the ranker's logit for candidates {first} and {second} is {logit}, and must be finite: the model is damaged");
            return;
        }

        logits[answered++] = logit;
        if (answered == logits.Length)
        {
            completing?.Invoke();
            completion.TrySetResult(logits);
        }
    }

    /// <summary>Completes the task with a <see cref="BlendException"/>.</summary>
    public void Fail(string problem)
    {
        completing?.Invoke();
        completion.TrySetException(new BlendException(BlendWorkflow.Rank, BlendFailureReason.Faulted, problem));
    }

    /// <summary>Cancels the task.</summary>
    public void Cancel(CancellationToken cancellationToken) => completion.TrySetCanceled(cancellationToken);
}
