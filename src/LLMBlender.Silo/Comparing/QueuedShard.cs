using System.Diagnostics;
using LLMBlender.Local.Comparing;

namespace LLMBlender.Silo.Comparing;

/// <summary>A shard in <see cref="CompareQueue"/>, which guards it.</summary>
internal sealed class QueuedShard(int ranker, IPairRecord record, int[] pairs, int[] lengths)
{
    private readonly TaskCompletionSource<CompareReply> reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly float[] logits = new float[lengths.Length];
    private int answered;

    /// <summary>When it came, as a timestamp.</summary>
    public long Arrived { get; } = Stopwatch.GetTimestamp();

    /// <summary>The span of the request that it is a part of; default where there is none.</summary>
    public ActivityContext Trace { get; } = Activity.Current?.Context ?? default;

    /// <summary>Which of the silo's rankers compares it.</summary>
    public int Ranker => ranker;

    /// <summary>How many pairs there are.</summary>
    public int Count => lengths.Length;

    /// <summary>The first pair that no accelerator has taken yet.</summary>
    public int Taken { get; private set; }

    /// <summary>Tokens of the pairs not taken yet.</summary>
    public long WaitingTokens { get; private set; } = Sum(lengths);

    /// <summary>Its place in the queue; null when it isn't in there any more.</summary>
    public LinkedListNode<QueuedShard>? Place { get; set; }

    /// <summary>Whether it is answered, failed or cancelled.</summary>
    public bool IsOver => reply.Task.IsCompleted;

    /// <summary>The reply.</summary>
    public Task<CompareReply> Reply => reply.Task;

    /// <summary>Tokens of the next pair to be taken.</summary>
    public int NextLength => lengths[Taken];

    /// <summary>A pair.</summary>
    public RecordPair Pair(int index) => new(record, pairs[2 * index], pairs[(2 * index) + 1]);

    /// <summary>Takes the next pair.</summary>
    public int Take()
    {
        WaitingTokens -= lengths[Taken];
        return Taken++;
    }

    /// <summary>Takes a logit; the last one completes the reply.</summary>
    public void Answer(int index, float logit)
    {
        if (!float.IsFinite(logit))
        {
            Fail($"the ranker's logit is {logit}, and must be finite: the model or its accelerator is damaged");
            return;
        }

        logits[index] = logit;
        if (Interlocked.Increment(ref answered) == logits.Length)
        {
            reply.TrySetResult(CompareReply.Answered(logits));
        }
    }

    /// <summary>Gives the shard up.</summary>
    public void Fail(string problem) => reply.TrySetResult(CompareReply.Faulted(problem));

    /// <summary>Its caller cancelled it.</summary>
    public void Cancel(CancellationToken cancellationToken) => reply.TrySetCanceled(cancellationToken);

    private static long Sum(int[] lengths)
    {
        var sum = 0L;
        foreach (var length in lengths)
        {
            sum += length;
        }

        return sum;
    }
}
