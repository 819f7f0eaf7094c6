using LLMBlender.Abstractions;
using LLMBlender.Silo.Comparing;

namespace LLMBlender.Silo.Dispatch;

/// <summary>Whom a shard has been sent to, and what they said.</summary>
internal sealed class ShardHistory
{
    private const int MostFaults = 3;

    private HashSet<SiloAddress> tried = [];
    private TimeSpan? retryAfter;
    private string? overload;
    private string? fault;
    private int faults;

    /// <summary>The same, to go its own way from here.</summary>
    public ShardHistory Copy() => new()
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

    /// <summary>A worker said no.</summary>
    /// <exception cref="BlendException">It is one failure too many.</exception>
    public void Heard(CompareReply reply)
    {
        if (reply.Reason is BlendFailureReason.Overloaded)
        {
            retryAfter = retryAfter < reply.RetryAfter ? retryAfter : reply.RetryAfter;
            overload = reply.Message;
        }
        else if (reply.Reason is BlendFailureReason.Faulted)
        {
            (fault, faults) = (reply.Message, faults + 1);
            if (faults >= MostFaults)
            {
                ThrowIfHopeless();
            }
        }
    }

    /// <summary>Everyone has been asked: those who were merely away may be back, or have successors.</summary>
    public void Forgive() => tried.Clear();

    /// <summary>Gives up where workers refused or failed, and were not merely away.</summary>
    /// <exception cref="BlendException">One did.</exception>
    public void ThrowIfHopeless()
    {
        if (overload is not null)
        {
            throw new BlendException("rank", BlendFailureReason.Overloaded, $"every silo that compares has too much to do: {overload}")
            {
                RetryAfter = retryAfter,
            };
        }

        if (fault is not null)
        {
            throw new BlendException("rank", BlendFailureReason.Faulted, fault);
        }
    }
}
