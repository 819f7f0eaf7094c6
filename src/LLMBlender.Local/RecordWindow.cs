using System.Threading.Channels;
using LLMBlender.Abstractions;
using LLMBlender.Core.Fusion;
using LLMBlender.Local.Comparing;

namespace LLMBlender.Local;

/// <summary>
/// Processes many records with batched calls of the models: the records of a window run concurrently, and a call is made when
/// each of them waits for a call or has completed. Meanwhile, further records are read and encoded in the background.
/// </summary>
/// <remarks>
/// Which pairs share a call depends only on the records and not on timing, so that runs are reproducible to the last digit. For
/// the same reason, requests in a window have no deadline. Memory is bounded by the window, not by the length of the input.
/// </remarks>
/// <param name="blender">The blender whose models are called.</param>
/// <param name="compared">Called after each batch with the number of pairs in it; may be null.</param>
public sealed class RecordWindow(LocalBlender blender, Action<int>? compared = null)
{
    /// <summary>Maximum number of pairs in a call.</summary>
    public const int MaxPairs = ComparisonBatch.MaxPairs;

    /// <summary>Maximum number of records in the window.</summary>
    public const int MaxRecords = 512;

    /// <summary>Sum of the records' weights from which no further record is added to the window.</summary>
    public const long MaxWeight = 16 << 20;

    // A few batches of the fuser, so that records of similar length can share one.
    private const int MaxFusions = 32;

    // Records that are read ahead; also the number of panels that are called concurrently.
    private const int ReadAhead = 16;

    private readonly ComparisonBatch batch = new();

    /// <summary>Processes all records.</summary>
    /// <param name="records">The records, read as the window has capacity.</param>
    /// <param name="weight">Returns a record's approximate memory use: characters of texts and entries of a matrix.</param>
    /// <param name="answer">Processes a record with the given blender; a failure of one record is a result, not an exception.</param>
    /// <param name="answered">Called with results in the order of <paramref name="records"/>.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <exception cref="OperationCanceledException">The caller cancelled the call.</exception>
    public async Task RunAsync<TRecord, TResult>(
        IEnumerable<TRecord> records,
        Func<TRecord, long> weight,
        Func<IBlender, TRecord, CancellationToken, Task<TResult>> answer,
        Action<IReadOnlyList<TResult>> answered,
        CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var incoming = Channel.CreateBounded<Entry<TResult>>(
            new BoundedChannelOptions(ReadAhead) { SingleReader = true, SingleWriter = true });
        _ = Task.Run(() => ReadAsync(records.Select(Begin), incoming.Writer, stop.Token), CancellationToken.None);
        var window = new Queue<Entry<TResult>>();
        try
        {
            while (await FillAsync(window, incoming.Reader, stop.Token))
            {
                await CallAsync([.. window.Select(static entry => entry.Slot)], stop.Token);
                await ReleaseAsync(window, answered);
            }
        }
        finally
        {
            await stop.CancelAsync();
        }

        Entry<TResult> Begin(TRecord record)
        {
            var slot = new WindowSlot();
            var work = answer(blender.In(slot), record, stop.Token);
            work.ContinueWith(
                static (_, slot) => ((WindowSlot)slot!).End(), slot, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            return new Entry<TResult>(slot, work, weight(record));
        }
    }

    private static async Task ReadAsync<T>(IEnumerable<T> entries, ChannelWriter<T> incoming, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var entry in entries)
            {
                await incoming.WriteAsync(entry, cancellationToken);
            }

            incoming.Complete();
        }
        catch (Exception e)
        {
            incoming.Complete(e);
        }
    }

    // Returns whether records are left. Waits for input until the window is full, so that calls are reproducible; see the remarks.
    private static async Task<bool> FillAsync<TResult>(
        Queue<Entry<TResult>> window, ChannelReader<Entry<TResult>> incoming, CancellationToken cancellationToken)
    {
        var (pairs, fusions, weight) = (0, 0, 0L);
        foreach (var entry in window)
        {
            await CountAsync(entry);
        }

        while (HasRoom() && await incoming.WaitToReadAsync(cancellationToken))
        {
            while (HasRoom() && incoming.TryRead(out var entry))
            {
                window.Enqueue(entry);
                await CountAsync(entry);
            }
        }

        return window.Count > 0;

        bool HasRoom() => pairs < MaxPairs && fusions < MaxFusions && window.Count < MaxRecords && weight < MaxWeight;

        async Task CountAsync(Entry<TResult> entry)
        {
            await entry.Slot.WhenIdle.WaitAsync(cancellationToken);
            pairs += entry.Slot.Comparisons?.Remaining ?? 0;
            fusions += entry.Slot.Fusion is null ? 0 : 1;
            weight += entry.Weight;
        }
    }

    // The first waiting record determines whether pairs are compared or candidates are fused, so that the window always advances.
    private async Task CallAsync(WindowSlot[] slots, CancellationToken cancellationToken)
    {
        var first = Array.Find(slots, static slot => slot.Comparisons is not null || slot.Fusion is not null);
        if (first?.Comparisons is { Ranker: { } ranker })
        {
            foreach (var slot in slots)
            {
                if (slot.Comparisons is { } pending && pending.Ranker == ranker)
                {
                    batch.Add(pending);
                }
            }

            batch.Run(ranker, compared, cancellationToken);
        }
        else if (first?.Fusion is { Fuser: { } fuser })
        {
            await FuseAsync(fuser, [.. slots.Select(static slot => slot.Fusion).OfType<PendingFusion>().Where(pending => pending.Fuser == fuser)], cancellationToken);
        }
    }

    private static async Task FuseAsync(IFuser fuser, PendingFusion[] pending, CancellationToken cancellationToken)
    {
        var attempts = await fuser.FuseAllAsync(Array.ConvertAll(pending, static one => one.Request), cancellationToken);
        for (var i = 0; i < pending.Length; i++)
        {
            pending[i].Complete(attempts[i]);
        }
    }

    private static async Task ReleaseAsync<TResult>(Queue<Entry<TResult>> window, Action<IReadOnlyList<TResult>> answered)
    {
        var ready = new List<TResult>();
        while (window.TryPeek(out var first))
        {
            await first.Slot.WhenIdle;
            if (!first.Slot.IsDone)
            {
                break;
            }

            ready.Add(await window.Dequeue().Work);
        }

        if (ready.Count > 0)
        {
            answered(ready);
        }
    }

    private sealed record Entry<TResult>(WindowSlot Slot, Task<TResult> Work, long Weight);
}
