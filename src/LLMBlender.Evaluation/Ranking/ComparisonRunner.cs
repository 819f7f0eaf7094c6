using System.Threading.Channels;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Ranking;

/// <summary>
/// Keeps the ranker busy over many records: a window of them, each asking for its own pairs, is compared in one call after
/// another, so that batches fill up with pairs of like length whatever record they are of. Records are read and encoded
/// in the background meanwhile.
/// </summary>
/// <remarks>
/// What is compared together depends on the records alone, never on timing, so that a run can be repeated to the last
/// digit. Memory is bounded by the window, whatever the length of the input.
/// </remarks>
/// <param name="compare">The ranker.</param>
/// <param name="progress">Is told how far the run is.</param>
internal sealed class ComparisonRunner(CompareBatch compare, IProgressDisplay progress)
{
    /// <summary>Pairs of one call at most.</summary>
    public const int CallPairs = 1024;

    /// <summary>Records in the window at most.</summary>
    public const int WindowRecords = 512;

    /// <summary>Sum of <see cref="RecordWork.Weight"/> at which the window takes no more records.</summary>
    public const long WindowWeight = 16 << 20;

    private const int ReadAhead = 8;

    private readonly Queue<RecordWork> window = new();
    private readonly Comparison[] comparisons = new Comparison[CallPairs];
    private readonly RecordWork[] owners = new RecordWork[CallPairs];
    private readonly float[] logits = new float[CallPairs];
    private long weight;

    /// <summary>Settles every record; a record's failure is its own.</summary>
    /// <param name="works">The records, read and encoded as they are asked for.</param>
    /// <param name="settled">Is given every record in the order of <paramref name="works"/>, settled or failed.</param>
    /// <param name="cancellation">Looked at before each batch.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Task RunAsync(IEnumerable<RecordWork> works, Action<IReadOnlyList<RecordWork>> settled, CancellationToken cancellation) =>
        RunAsync(
            works,
            ready =>
            {
                settled(ready);
                return Task.CompletedTask;
            },
            cancellation);

    /// <inheritdoc cref="RunAsync(IEnumerable{RecordWork}, Action{IReadOnlyList{RecordWork}}, CancellationToken)"/>
    public async Task RunAsync(
        IEnumerable<RecordWork> works, Func<IReadOnlyList<RecordWork>, Task> settled, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var incoming = Channel.CreateBounded<RecordWork>(
            new BoundedChannelOptions(ReadAhead) { SingleReader = true, SingleWriter = true });
        _ = Task.Run(() => ReadAsync(works, incoming.Writer, stop.Token), CancellationToken.None);
        try
        {
            while (await FillAsync(incoming.Reader, stop.Token))
            {
                Compare(stop.Token);
                await ReleaseAsync(settled);
            }
        }
        finally
        {
            await stop.CancelAsync();
        }
    }

    private static async Task ReadAsync(IEnumerable<RecordWork> works, ChannelWriter<RecordWork> incoming, CancellationToken stop)
    {
        try
        {
            foreach (var work in works)
            {
                await incoming.WriteAsync(work, stop);
            }

            incoming.Complete();
        }
        catch (Exception e)
        {
            incoming.Complete(e);
        }
    }

    // Whether anything is left to do. Waits for input rather than comparing a part of what fits: see the remarks.
    private async Task<bool> FillAsync(ChannelReader<RecordWork> incoming, CancellationToken stop)
    {
        var wanted = 0;
        foreach (var work in window)
        {
            wanted += work.Wanted.Length;
        }

        while (HasRoom(wanted) && await incoming.WaitToReadAsync(stop))
        {
            while (HasRoom(wanted) && incoming.TryRead(out var work))
            {
                work.Start();
                window.Enqueue(work);
                weight += work.Weight;
                wanted += work.Wanted.Length;
            }
        }

        return window.Count > 0;
    }

    private bool HasRoom(int wanted) => wanted < CallPairs && window.Count < WindowRecords && weight < WindowWeight;

    private void Compare(CancellationToken stop)
    {
        var count = Gather();
        if (count == 0)
        {
            return;
        }

        try
        {
            compare(comparisons.AsSpan(0, count), logits.AsSpan(0, count), progress.Compared, stop);
            Tell(0, count);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            CompareRecordByRecord(count, stop);
        }
    }

    // After a call that failed: who is at fault fails, and nobody else.
    private void CompareRecordByRecord(int count, CancellationToken stop)
    {
        for (var (start, end) = (0, 0); start < count; start = end)
        {
            while (end < count && owners[end] == owners[start])
            {
                end++;
            }

            try
            {
                compare(comparisons.AsSpan(start, end - start), logits.AsSpan(start, end - start), progress.Compared, stop);
                Tell(start, end);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                owners[start].Fail($"the ranker failed: {e.Message}");
            }
        }
    }

    private int Gather()
    {
        var count = 0;
        foreach (var work in window)
        {
            foreach (var pair in work.Wanted)
            {
                if (count == CallPairs)
                {
                    return count;
                }

                owners[count] = work;
                comparisons[count++] = new Comparison(work.Encoded!, pair.First, pair.Second);
            }
        }

        return count;
    }

    private void Tell(int start, int end)
    {
        for (var i = start; i < end; i++)
        {
            owners[i].Hear(logits[i]);
        }
    }

    private async Task ReleaseAsync(Func<IReadOnlyList<RecordWork>, Task> settled)
    {
        var ready = new List<RecordWork>();
        while (window.TryPeek(out var first) && first.Wanted.IsEmpty)
        {
            ready.Add(window.Dequeue());
            weight -= first.Weight;
        }

        if (ready.Count > 0)
        {
            await settled(ready);
            progress.Settled(ready.Count, ready[^1].Place.Position);
        }
    }
}
