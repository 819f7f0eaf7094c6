using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;
using LLMBlender.Silo.Comparing;

namespace LLMBlender.Silo.Dispatch;

/// <summary>Which workers a shard has been sent to, and how they failed.</summary>
internal sealed class RetryState
{
    private const int MaxFaults = 3;

    private HashSet<SiloAddress> tried = [];
    private TimeSpan? retryAfter;
    private string? overload;
    private string? fault;
    private int faults;

    /// <summary>A copy that changes independently.</summary>
    public RetryState Copy() => new()
    {
        tried = [.. tried],
        retryAfter = retryAfter,
        overload = overload,
        fault = fault,
        faults = faults,
    };

    /// <summary>Whether it has been sent to a worker.</summary>
    public bool HasTried(Worker worker) => tried.Contains(worker.Silo);

    /// <summary>It is sent to a worker.</summary>
    public void Tried(Worker worker) => tried.Add(worker.Silo);

    /// <summary>Notes that a worker refused or failed.</summary>
    /// <exception cref="BlendException">It is one failure too many.</exception>
    public void Record(CompareReply reply)
    {
        if (reply.Reason is BlendFailureReason.Overloaded)
        {
            retryAfter = retryAfter < reply.RetryAfter ? retryAfter : reply.RetryAfter;
            overload = reply.Message;
        }
        else if (reply.Reason is BlendFailureReason.Faulted)
        {
            (fault, faults) = (reply.Message, faults + 1);
            if (faults >= MaxFaults)
            {
                ThrowIfExhausted();
            }
        }
    }

    /// <summary>All workers have been asked: those that could not be reached may be back, or replaced.</summary>
    public void Reset() => tried.Clear();

    /// <summary>Gives up where workers refused or failed; those that could not be reached don't count.</summary>
    /// <exception cref="BlendException">One did.</exception>
    public void ThrowIfExhausted()
    {
        if (overload is not null)
        {
            throw new BlendException(BlendWorkflow.Rank, BlendFailureReason.Overloaded, $"every silo that compares has too much to do: {overload}")
            {
                RetryAfter = retryAfter,
            };
        }

        if (fault is not null)
        {
            throw new BlendException(BlendWorkflow.Rank, BlendFailureReason.Faulted, fault);
        }
    }
}
