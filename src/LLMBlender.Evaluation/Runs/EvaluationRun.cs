using LLMBlender.Core.Ranking;
using LLMBlender.Evaluation.Blending;
using LLMBlender.Evaluation.Datasets;
using LLMBlender.Evaluation.Ranking;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Runs;

/// <summary>
/// The long part of an evaluation: every record through metrics, rankers, pair ranker and fuser, each noted as soon as it is done.
/// </summary>
/// <param name="plan">What is measured.</param>
/// <param name="model">The pair ranker.</param>
/// <param name="compare">What <paramref name="model"/> compares with.</param>
/// <param name="fusing">The second half of a blend.</param>
/// <param name="progress">Is told how far the run is.</param>
internal sealed class EvaluationRun(
    EvaluationPlan plan, PairRankerModel model, CompareBatch compare, BlendFusing fusing, IProgressDisplay progress)
{
    private readonly List<EvaluatedRecord> records = [];

    /// <summary>How many records were named and skipped.</summary>
    public int Failures { get; private set; }

    /// <summary>Evaluates all records, in their order.</summary>
    /// <param name="entries">The records, read as they are asked for.</param>
    /// <param name="known">By line, what was found before.</param>
    /// <param name="note">Notes what was found on a line.</param>
    /// <param name="cancellation">Ends the run.</param>
    public async Task<IReadOnlyList<EvaluatedRecord>> RunAsync(
        IEnumerable<Entry<MixInstructRecord>> entries,
        IReadOnlyDictionary<long, RecordFinding> known,
        Action<RecordPlace, RecordFinding> note,
        CancellationToken cancellation)
    {
        var runner = new ComparisonRunner(compare, progress);
        await runner.RunAsync(entries.Select(entry => Begin(entry, known)), works => SettleAsync(works, note, cancellation), cancellation);
        return records;
    }

    // Runs beside the pair ranker, ahead of it: metrics of words cost it nothing.
    private RecordWork Begin(Entry<MixInstructRecord> entry, IReadOnlyDictionary<long, RecordFinding> known)
    {
        if (entry.Error is not null)
        {
            return new FailedWork(entry.Place, entry.Error);
        }

        var record = entry.Value!;
        if (known.TryGetValue(entry.Place.Line, out var finding))
        {
            return new FoundWork(entry.Place, record, finding);
        }

        try
        {
            var metrics = plan.Metrics.ToDictionary(
                static metric => metric.Name, metric => metric.Score(record.Source, record.Output ?? "", record.Texts));
            return new EvaluationWork(entry.Place, record, model, metrics);
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            return new FailedWork(entry.Place, $"can't be measured: {e.Message}");
        }
    }

    private async Task SettleAsync(IReadOnlyList<RecordWork> works, Action<RecordPlace, RecordFinding> note, CancellationToken cancellation)
    {
        EvaluationWork[] ranked = [.. works.OfType<EvaluationWork>()];
        await fusing.SettleAsync(ranked, cancellation);
        foreach (var work in works)
        {
            if (work is EvaluationWork { Failure: null } evaluated)
            {
                await FinishAsync(evaluated, note, cancellation);
            }
            else if (work is FoundWork found)
            {
                records.Add(EvaluatedRecord.Of(found.Place, found.Evaluated, found.Finding));
            }

            if (work.Failure is { } failure)
            {
                Failures++;
                progress.Complain(work.Place.Id is { } id ? $"{work.Place.Located(failure)} (record {id})" : work.Place.Located(failure));
            }
        }
    }

    private async Task FinishAsync(EvaluationWork work, Action<RecordPlace, RecordFinding> note, CancellationToken cancellation)
    {
        try
        {
            var rankers = new Dictionary<string, RankerFinding>(StringComparer.Ordinal);
            foreach (var ranker in plan.Rankers)
            {
                rankers[ranker.Name] = await AskAsync(ranker, work.Evaluated, cancellation);
            }

            var finding = new RecordFinding(work.Logits(), work.Metrics, rankers, Blend(work));
            note(work.Place, finding);
            records.Add(EvaluatedRecord.Of(work.Place, work.Evaluated, finding));
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException or UsageException))
        {
            work.Fail($"can't be ranked: {e.Message}");
        }
    }

    private static async Task<RankerFinding> AskAsync(ICandidateRanker ranker, MixInstructRecord record, CancellationToken cancellation)
    {
        if (ranker is not IPairwiseRanker pairwise)
        {
            return new RankerFinding(await ranker.ScoreAsync(record.Source, record.Texts, cancellation), null);
        }

        var matrix = await pairwise.CompareAsync(record.Source, record.Texts, cancellation);
        return new RankerFinding(RecordedMatrix.Rank(new MaxLogits(matrix.GetLength(0)), matrix).Scores, matrix);
    }

    private BlendFinding Blend(EvaluationWork work)
    {
        var outcome = work.Outcome;
        if (outcome.Given is Abstractions.BlendGiven.Best)
        {
            return new BlendFinding(false, null, outcome.Fusion.Margin, new Dictionary<string, double>());
        }

        var record = work.Evaluated;
        return new BlendFinding(true, outcome.Text, outcome.Fusion.Margin, plan.Metrics.ToDictionary(
            static metric => metric.Name, metric => metric.Score(record.Source, record.Output ?? "", [outcome.Text])[0]));
    }
}
