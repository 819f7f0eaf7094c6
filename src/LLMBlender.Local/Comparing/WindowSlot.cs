using System.Runtime.CompilerServices;
using LLMBlender.Core.Fusion;
using LLMBlender.Core.Ranking;
using LLMBlender.Local.Fusion;

namespace LLMBlender.Local.Comparing;

/// <summary>
/// A record in a <see cref="RecordWindow"/>. Its work runs until it waits for a model call or completes, and waits for one call at a time.
/// </summary>
internal sealed class WindowSlot : IModelCalls
{
    private readonly Lock gate = new();
    private TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The comparisons that the record waits for; null if it waits for none.</summary>
    public PendingComparisons? Comparisons { get; private set; }

    /// <summary>The fusion that the record waits for; null if it waits for none.</summary>
    public PendingFusion? Fusion { get; private set; }

    /// <summary>Whether the record's work has completed.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Completes when the work waits for a model call or has completed.</summary>
    public Task WhenIdle
    {
        get
        {
            lock (gate)
            {
                return idle.Task;
            }
        }
    }

    /// <summary>Marks the work as completed.</summary>
    public void End()
    {
        lock (gate)
        {
            IsDone = true;
            idle.TrySetResult();
        }
    }

    /// <inheritdoc/>
    public Task<float[]> CompareAsync(IPairRanker ranker, IPairRecord record, CandidatePair[] pairs, CancellationToken cancellationToken)
    {
        var pending = new PendingComparisons(ranker, record, pairs, Resume);
        Wait(pending, null);
        return pending.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public IFuser Share(IFuser fuser) => fuser is ModelFuser ? new SharedFuser(this, fuser) : fuser;

    private void Wait(PendingComparisons? comparisons, PendingFusion? fusion)
    {
        lock (gate)
        {
            if (Comparisons is not null || Fusion is not null)
            {
                throw new InvalidOperationException("a record in a window waits for one call at a time");
            }

            (Comparisons, Fusion) = (comparisons, fusion);
            idle.TrySetResult();
        }
    }

    private void Resume()
    {
        lock (gate)
        {
            (Comparisons, Fusion) = (null, null);
            idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private sealed class SharedFuser(WindowSlot slot, IFuser fuser) : IFuser
    {
        public string Name => fuser.Name;

        public async IAsyncEnumerable<FusionPart> FuseAsync(
            FusionRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            var pending = new PendingFusion(fuser, request, slot.Resume);
            slot.Wait(null, pending);
            var attempt = await pending.Task.WaitAsync(cancellationToken);
            yield return attempt.Problem is { } problem
                ? throw new InvalidOperationException(problem)
                : new FusionPart(attempt.Text, attempt.Usage);
        }
    }
}

/// <summary>A fusion that a record waits for.</summary>
/// <param name="fuser">The fuser.</param>
/// <param name="request">The candidates to fuse.</param>
/// <param name="completing">Called before the task completes.</param>
internal sealed class PendingFusion(IFuser fuser, FusionRequest request, Action completing)
{
    private readonly TaskCompletionSource<FusionAttempt> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The fuser.</summary>
    public IFuser Fuser => fuser;

    /// <summary>The candidates to fuse.</summary>
    public FusionRequest Request => request;

    /// <summary>Completes with the attempt.</summary>
    public Task<FusionAttempt> Task => completion.Task;

    /// <summary>Completes the task with an attempt.</summary>
    public void Complete(FusionAttempt attempt)
    {
        completing();
        completion.TrySetResult(attempt);
    }
}
