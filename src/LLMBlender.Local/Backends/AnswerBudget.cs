using LLMBlender.Abstractions;
using LLMBlender.Local.Wire;

namespace LLMBlender.Local.Backends;

/// <summary>
/// Bounds the memory of answers that are being read in this process. Over the bound, members are not read on until others are done: the answer that began first
/// is continued first, and one that waits too long while older ones wait fails as overloaded, so that the rest can be completed. Thread-safe.
/// </summary>
/// <param name="maxBytes">The bound in bytes; above 0.</param>
/// <param name="timeProvider">Measures waits.</param>
public sealed class AnswerBudget(long maxBytes, TimeProvider timeProvider)
{
    // An answer is there as pieces and as text, in the response, and as JSON of it.
    private const int BytesPerCharacter = 6;

    // So many bytes are taken first; a usual answer needs a few of them. Later as many as the answer already has, so that released memory completes a few answers
    // instead of lengthening all.
    private const int Block = 4096;

    private const double ShareOfMemory = 0.35;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly long maxBytes = maxBytes;

    // By age: an answer waits for one thing at a time.
    private readonly SortedDictionary<long, (long Bytes, TaskCompletionSource Granted)> waiting = [];

    // The answers that have memory, by age.
    private readonly SortedSet<long> holders = [];
    private long used;
    private long begun;

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
    public Lease Begin() => new(this, Interlocked.Increment(ref begun));

    private async ValueTask TakeAsync(long age, long bytes, CancellationToken cancellationToken)
    {
        var granted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            waiting.Add(age, (bytes, granted));
            Grant();
        }

        while (true)
        {
            try
            {
                await granted.Task.WaitAsync(Patience, timeProvider, cancellationToken);
                return;
            }
            catch (TimeoutException) when (IsNext(age))
            {
                // The younger ones fail, and it is continued with their memory.
            }
            catch (TimeoutException)
            {
                if (!Leave(age, granted))
                {
                    return;
                }

                throw new BackendException(BlendFailureReason.Overloaded, "the answers in progress use up this process's memory for them") { RetryAfter = RetryAfter, IsRejectedLocally = true };
            }
            catch (OperationCanceledException)
            {
                if (!Leave(age, granted))
                {
                    Release(age, bytes, keeps: true);
                }

                throw;
            }
        }
    }

    // Whether the answer began first of those that wait, and a younger one has memory.
    private bool IsNext(long age)
    {
        lock (gate)
        {
            return waiting.Count > 0 && waiting.First().Key == age && holders.Max > age;
        }
    }

    // Returns false if the memory was granted in the meantime.
    private bool Leave(long age, TaskCompletionSource granted)
    {
        lock (gate)
        {
            if (granted.Task.IsCompleted)
            {
                return false;
            }

            waiting.Remove(age);
            Grant();
            return true;
        }
    }

    private void Release(long age, long bytes, bool keeps = false)
    {
        lock (gate)
        {
            used -= bytes;
            if (!keeps)
            {
                holders.Remove(age);
            }

            Grant();
        }
    }

    // By age, so that a large answer is not passed by small ones for ever. Only within the gate.
    private void Grant()
    {
        while (waiting.Count > 0 && waiting.First() is var first && used + first.Value.Bytes <= maxBytes)
        {
            used += first.Value.Bytes;
            holders.Add(first.Key);
            waiting.Remove(first.Key);
            first.Value.Granted.SetResult();
        }
    }

    /// <summary>The memory of one answer, until it is disposed. Used by one answer.</summary>
    public sealed class Lease : IAnswerMemory, IDisposable
    {
        private readonly AnswerBudget budget;
        private readonly long age;
        private long needed;
        private long taken;

        internal Lease(AnswerBudget budget, long age) => (this.budget, this.age) = (budget, age);

        /// <summary>Takes memory for more characters, or bytes of an answer as it is sent.</summary>
        /// <exception cref="BackendException">There is none within two seconds; the oldest answer that waits goes on waiting while younger ones have memory.</exception>
        public async ValueTask AddAsync(int characters, CancellationToken cancellationToken)
        {
            needed += (long)characters * BytesPerCharacter;
            if (needed > taken)
            {
                var bytes = Math.Max(Math.Max(Block, needed - taken), Math.Min(taken, budget.maxBytes / 16));
                await budget.TakeAsync(age, bytes, cancellationToken);
                taken += bytes;
            }
        }

        /// <summary>Gives the memory back, for another attempt of the answer.</summary>
        public void Restart()
        {
            budget.Release(age, taken);
            (taken, needed) = (0, 0);
        }

        /// <inheritdoc/>
        public void Dispose() => Restart();
    }
}
