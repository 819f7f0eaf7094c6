using LLMBlender.Core.Fusion;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Local.Comparing;

/// <summary>
/// Batches the comparisons of concurrent requests: each call of a ranker contains all waiting pairs. Safe for concurrent use.
/// </summary>
internal sealed class ComparisonQueue : IModelCalls
{
    private readonly Lock gate = new();
    private readonly LinkedList<PendingComparisons> waiting = new();
    private readonly ComparisonBatch batch = new();
    private bool isRunning;

    /// <inheritdoc/>
    public async Task<float[]> CompareAsync(
        IPairRanker ranker, IPairRecord record, CandidatePair[] pairs, CancellationToken cancellationToken)
    {
        var pending = new PendingComparisons(ranker, record, pairs);
        lock (gate)
        {
            waiting.AddLast(pending);
            if (!isRunning)
            {
                isRunning = true;
                using (ExecutionContext.SuppressFlow())
                {
                    Task.Run(Run, CancellationToken.None);
                }
            }
        }

        await using (cancellationToken.UnsafeRegister(_ => pending.Cancel(cancellationToken), null))
        {
            return await pending.Task;
        }
    }

    /// <inheritdoc/>
    public IFuser Share(IFuser fuser) => fuser;

    private void Run()
    {
        while (Gather() is { } ranker)
        {
            batch.Run(ranker, null, CancellationToken.None);
        }
    }

    // Adds the waiting pairs of the first request's ranker to the batch. Returns that ranker; null if no request waits.
    private IPairRanker? Gather()
    {
        lock (gate)
        {
            IPairRanker? ranker = null;
            for (var node = waiting.First; node is not null && !batch.IsFull;)
            {
                var (pending, next) = (node.Value, node.Next);
                if (pending.Remaining == 0)
                {
                    waiting.Remove(node);
                }
                else if ((ranker ??= pending.Ranker) == pending.Ranker)
                {
                    batch.Add(pending);
                }

                node = next;
            }

            isRunning = ranker is not null;
            return ranker;
        }
    }
}
