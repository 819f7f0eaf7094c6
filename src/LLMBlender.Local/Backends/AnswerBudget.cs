using LLMBlender.Abstractions;
using LLMBlender.Local.Wire;

namespace LLMBlender.Local.Backends;

/// <summary>
/// Bounds the memory of streamed answers that are being read in this process. Over the bound, members are not read on until others are done, and an answer that
/// waits too long fails as overloaded, so that the rest can be completed. Thread-safe.
/// </summary>
/// <param name="maxBytes">The bound in bytes; above 0.</param>
/// <param name="timeProvider">Measures waits.</param>
public sealed class AnswerBudget(long maxBytes, TimeProvider timeProvider)
{
    // An answer is there as pieces and as text, in the response, and as JSON of it.
    private const int BytesPerCharacter = 6;

    // So many bytes are taken at a time; a usual answer needs a few of them.
    private const int Block = 4096;

    private const double ShareOfMemory = 0.35;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly LinkedList<(long Bytes, TaskCompletionSource Granted)> waiting = new();
    private long used;

    /// <summary>The share that is in use, from 0 to 1; 1 if an answer waits.</summary>
    public double UsedShare
    {
        get
        {
            lock (gate)
            {
                return waiting.Count > 0 ? 1 : (double)used / maxBytes;
            }
        }
    }

    /// <summary>The budget of a process: a share of the memory that its garbage collector may use.</summary>
    public static AnswerBudget OfProcess(TimeProvider timeProvider) =>
        new((long)(ShareOfMemory * GC.GetGCMemoryInfo().TotalAvailableMemoryBytes), timeProvider);

    /// <summary>Begins an answer.</summary>
    public Lease Begin() => new(this);

    private async ValueTask TakeAsync(long bytes, CancellationToken cancellationToken)
    {
        var granted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        LinkedListNode<(long, TaskCompletionSource)> place;
        lock (gate)
        {
            if (waiting.Count == 0 && used + bytes <= maxBytes)
            {
                used += bytes;
                return;
            }

            place = waiting.AddLast((bytes, granted));
        }

        try
        {
            await granted.Task.WaitAsync(Patience, timeProvider, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            Leave(place, bytes, granted);
            if (e is OperationCanceledException)
            {
                throw;
            }

            throw new BackendException(BlendFailureReason.Overloaded, "the answers in progress use up this process's memory for them") { RetryAfter = RetryAfter, IsRejectedLocally = true };
        }
    }

    // It may have been granted in the meantime.
    private void Leave(LinkedListNode<(long, TaskCompletionSource)> place, long bytes, TaskCompletionSource granted)
    {
        lock (gate)
        {
            if (granted.Task.IsCompleted)
            {
                used -= bytes;
            }
            else
            {
                waiting.Remove(place);
            }

            Grant();
        }
    }

    private void Release(long bytes)
    {
        lock (gate)
        {
            used -= bytes;
            Grant();
        }
    }

    // In order, so that a large answer is not passed by small ones for ever. Only within the gate.
    private void Grant()
    {
        while (waiting.First is { } first && used + first.Value.Bytes <= maxBytes)
        {
            used += first.Value.Bytes;
            waiting.RemoveFirst();
            first.Value.Granted.SetResult();
        }
    }

    /// <summary>The memory of one answer, until it is disposed. Used by one answer.</summary>
    public sealed class Lease : IDisposable
    {
        private readonly AnswerBudget budget;
        private long needed;
        private long taken;

        internal Lease(AnswerBudget budget) => this.budget = budget;

        /// <summary>Takes memory for more characters.</summary>
        /// <exception cref="BackendException">There is none within two seconds.</exception>
        public async ValueTask AddAsync(int characters, CancellationToken cancellationToken)
        {
            needed += (long)characters * BytesPerCharacter;
            if (needed > taken)
            {
                var bytes = Math.Max(Block, needed - taken);
                await budget.TakeAsync(bytes, cancellationToken);
                taken += bytes;
            }
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            budget.Release(taken);
            taken = 0;
        }
    }
}
