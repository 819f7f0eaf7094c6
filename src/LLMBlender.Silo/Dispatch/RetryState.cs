using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;
using LLMBlender.Silo.Comparing;

namespace LLMBlender.Silo.Dispatch;

/// <summary>The workers that a shard was sent to, and their failures.</summary>
internal sealed class RetryState
{
    private const int MaxFaults = 3;

    private HashSet<SiloAddress> tried = [];
    private TimeSpan? retryAfter;
    private string? overload;
    private string? fault;
    private int faults;

    /// <summary>Creates an independent copy.</summary>
    public RetryState Copy() => new()
    {
        tried = [.. tried],
        retryAfter = retryAfter,
        overload = overload,
        fault = fault,
        faults = faults,
    };

    /// <summary>Returns whether the shard was sent to a worker.</summary>
    public bool HasTried(Worker worker) => tried.Contains(worker.Silo);

    /// <summary>Records that the shard is sent to a worker.</summary>
    public void Tried(Worker worker) => tried.Add(worker.Silo);

    /// <summary>Records a worker's refusal or failure.</summary>
    /// <exception cref="BlendException">The shard has failed three times.</exception>
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

    /// <summary>Allows all workers again, because unreachable workers may have returned or been replaced.</summary>
    public void Reset() => tried.Clear();

    /// <summary>Throws if a worker refused the shard or failed; unreachable workers do not count.</summary>
    /// <exception cref="BlendException">A worker refused the shard or failed.</exception>
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
