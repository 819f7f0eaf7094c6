using System.Diagnostics;
using LLMBlender.Local.Comparing;

namespace LLMBlender.Silo.Comparing;

/// <summary>A shard in <see cref="CompareQueue"/>, whose lock protects it.</summary>
internal sealed class QueuedShard(int ranker, IPairRecord record, int[] pairs, int[] lengths, long rankingStart)
{
    private readonly TaskCompletionSource<CompareReply> reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly float[] logits = new float[lengths.Length];
    private int answered;

    /// <summary>The timestamp of its arrival.</summary>
    public long Arrived { get; } = Stopwatch.GetTimestamp();

    /// <summary>The timestamp of its ranking's start.</summary>
    public long RankingStart => rankingStart;

    /// <summary>The span of its request; default if there is none.</summary>
    public ActivityContext Trace { get; } = Activity.Current?.Context ?? default;

    /// <summary>The index of its ranker among the silo's rankers.</summary>
    public int Ranker => ranker;

    /// <summary>The number of pairs.</summary>
    public int Count => lengths.Length;

    /// <summary>The number of pairs that accelerators have taken, and the index of the next pair.</summary>
    public int Taken { get; private set; }

    /// <summary>Tokens of the pairs that are not taken yet.</summary>
    public long WaitingTokens { get; private set; } = Sum(lengths);

    /// <summary>Its node in the queue; null if it is not in the queue.</summary>
    public LinkedListNode<QueuedShard>? Place { get; set; }

    /// <summary>Whether the shard is compared, failed or cancelled.</summary>
    public bool IsOver => reply.Task.IsCompleted;

    /// <summary>The reply.</summary>
    public Task<CompareReply> Reply => reply.Task;

    /// <summary>Tokens of the next pair to be taken.</summary>
    public int NextLength => lengths[Taken];

    /// <summary>Returns the timestamp of a shard's ranking's start.</summary>
    public static long StartOf(CompareShard shard) => Stopwatch.GetTimestamp() - (long)(shard.Elapsed.TotalSeconds * Stopwatch.Frequency);

    /// <summary>Returns a pair.</summary>
    public RecordPair Pair(int index) => new(record, pairs[2 * index], pairs[(2 * index) + 1]);

    /// <summary>Takes the next pair, and returns its index.</summary>
    public int Take()
    {
        WaitingTokens -= lengths[Taken];
        return Taken++;
    }

    /// <summary>Sets a logit; the last one completes the reply.</summary>
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

    /// <summary>Completes the reply with a failure.</summary>
    public void Fail(string problem) => reply.TrySetResult(CompareReply.Faulted(problem));

    /// <summary>Cancels the reply.</summary>
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
