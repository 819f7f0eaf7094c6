using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;
using LLMBlender.Core.Ranking;
using LLMBlender.Evaluation.Datasets;
using LLMBlender.Local;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Runs;

/// <summary>
/// Evaluates records: each is scored, blended and ranked by the other rankers, and its result is stored as soon as it is
/// complete.
/// </summary>
/// <param name="plan">The settings of the evaluation.</param>
/// <param name="blender">Ranks, fuses, and compares the fused answer with the best candidate.</param>
/// <param name="options">The blend settings.</param>
/// <param name="progress">Displays the run's progress.</param>
/// <param name="shownRecords">The number of records, from the first, whose texts the report shows.</param>
internal sealed class EvaluationRun(EvaluationPlan plan, LocalBlender blender, BlendOptions options, IProgressDisplay progress, int shownRecords) : IDisposable
{
    private readonly List<EvaluatedRecord> records = [];

    // The other rankers process one record at a time.
    private readonly SemaphoreSlim rankers = new(1);

    /// <summary>The number of failed records, which are reported and skipped.</summary>
    public int Failures { get; private set; }

    /// <summary>Evaluates all records in order.</summary>
    /// <param name="entries">The records, enumerated as capacity allows.</param>
    /// <param name="known">The findings of earlier runs by line.</param>
    /// <param name="note">Stores a line's finding.</param>
    /// <param name="cancellationToken">Cancels the run.</param>
    public async Task<IReadOnlyList<EvaluatedRecord>> RunAsync(
        IEnumerable<Entry<MixInstructRecord>> entries,
        IReadOnlyDictionary<long, RecordFinding> known,
        Action<RecordPlace, RecordFinding> note,
        CancellationToken cancellationToken)
    {
        await new RecordWindow(blender, progress.Compared).RunAsync(
            entries,
            static entry => entry.Value is { } record
                ? record.Source.Length + record.Texts.Sum(static text => (long)text.Length) + ((long)record.Texts.Length * record.Texts.Length)
                : 0,
            (shared, entry, token) => EvaluateAsync(shared, entry, known, token),
            results => Take(results, note),
            cancellationToken);
        return records;
    }

    /// <inheritdoc/>
    public void Dispose() => rankers.Dispose();

    private async Task<Result> EvaluateAsync(
        IBlender shared, Entry<MixInstructRecord> entry, IReadOnlyDictionary<long, RecordFinding> known, CancellationToken cancellationToken)
    {
        if (entry.Error is { } error)
        {
            return new Result(entry, null, error);
        }

        if (known.TryGetValue(entry.Place.Line, out var finding))
        {
            return new Result(entry, finding, null) { IsKnown = true };
        }

        var (record, step) = (entry.Value!, "measured");
        try
        {
            // Metrics are computed before ranking, as records are read.
            var metrics = plan.Metrics.ToDictionary(
                static metric => metric.Name, metric => metric.Score(record.Source, record.Output ?? "", record.Texts));
            step = "ranked";
            var blend = await shared.BlendAsync(options.Request(record), cancellationToken);
            if (blend.Trace!.Ranking?.Matrix is not { } matrix)
            {
                return new Result(entry, null, blend.Failures.First(static failure => failure.What == BlendWorkflow.Rank).Message);
            }

            var others = await RankAsync(record, cancellationToken);
            return new Result(entry, new RecordFinding(Square(matrix), metrics, others, Find(record, blend)), null);
        }
        catch (BlendException e)
        {
            return new Result(entry, null, e.Message);
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException or UsageException))
        {
            return new Result(entry, null, $"can't be {step}: {e.Message}");
        }
    }

    private void Take(IReadOnlyList<Result> results, Action<RecordPlace, RecordFinding> note)
    {
        foreach (var result in results)
        {
            var place = result.Entry.Place;
            if (result.Finding is { } finding)
            {
                if (!result.IsKnown)
                {
                    note(place, finding);
                }

                records.Add(EvaluatedRecord.Of(place, result.Entry.Value!, finding, records.Count < shownRecords));
                continue;
            }

            Failures++;
            var problem = place.Located(result.Problem!);
            progress.WriteError(place.Id is { } id ? $"{problem} (record {id})" : problem);
        }

        progress.Settled(results.Count, results[^1].Entry.Place.Position);
    }

    private async Task<Dictionary<string, RankerFinding>> RankAsync(MixInstructRecord record, CancellationToken cancellationToken)
    {
        await rankers.WaitAsync(cancellationToken);
        try
        {
            var found = new Dictionary<string, RankerFinding>(StringComparer.Ordinal);
            foreach (var ranker in plan.Rankers)
            {
                found[ranker.Name] = await RankAsync(ranker, record, cancellationToken);
            }

            return found;
        }
        finally
        {
            rankers.Release();
        }
    }

    private static async Task<RankerFinding> RankAsync(ICandidateRanker ranker, MixInstructRecord record, CancellationToken cancellationToken)
    {
        if (ranker is not IPairwiseRanker pairwise)
        {
            return new RankerFinding(await ranker.ScoreAsync(record.Source, record.Texts, cancellationToken), null);
        }

        var matrix = await pairwise.CompareAsync(record.Source, record.Texts, cancellationToken);
        return new RankerFinding(RecordedMatrix.Rank(new MaxLogits(matrix.GetLength(0)), matrix).Scores, matrix);
    }

    private BlendFinding Find(MixInstructRecord record, BlendResponse blend)
    {
        if (blend.Fusion is not { Given: BlendGiven.Fused, Margin: var margin })
        {
            return new BlendFinding(false, null, blend.Fusion?.Margin, new Dictionary<string, double>());
        }

        return new BlendFinding(true, blend.Answer, margin, plan.Metrics.ToDictionary(
            static metric => metric.Name, metric => metric.Score(record.Source, record.Output ?? "", [blend.Answer])[0]));
    }

    private static float[,] Square(float[] matrix)
    {
        var n = (int)Math.Sqrt(matrix.Length);
        var square = new float[n, n];
        Buffer.BlockCopy(matrix, 0, square, 0, matrix.Length * sizeof(float));
        return square;
    }

    private sealed record Result(Entry<MixInstructRecord> Entry, RecordFinding? Finding, string? Problem)
    {
        public bool IsKnown { get; init; }
    }
}
