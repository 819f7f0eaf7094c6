using LLMBlender.Abstractions;
using LLMBlender.Core.Ranking;
using LLMBlender.Evaluation.Blending;
using LLMBlender.Evaluation.Datasets;
using LLMBlender.Evaluation.Ranking;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Runs;

/// <summary>A record on its way through the ranker, with what its metrics said. Every pair is compared, in both orders.</summary>
/// <param name="place">Where it stands in its file.</param>
/// <param name="record">The record.</param>
/// <param name="model">The ranker.</param>
/// <param name="metrics">By metric, each candidate's score.</param>
internal sealed class EvaluationWork(
    RecordPlace place, MixInstructRecord record, PairRankerModel model, IReadOnlyDictionary<string, double[]> metrics)
    : BlendWork(place, Blend(record), MaxLogits.Aggregation, model)
{
    /// <summary>The record.</summary>
    public MixInstructRecord Evaluated { get; } = record;

    /// <summary>By metric, each candidate's score.</summary>
    public IReadOnlyDictionary<string, double[]> Metrics { get; } = metrics;

    /// <summary>The logits of every ordered pair.</summary>
    public float[,] Logits()
    {
        var n = Matrix.CandidateCount;
        var logits = new float[n, n];
        for (var i = 0; i < n; i++)
        {
            var row = Matrix.Row(i);
            for (var j = 0; j < n; j++)
            {
                logits[i, j] = row[j];
            }
        }

        return logits;
    }

    private static BlendRecord Blend(MixInstructRecord record) => new(
        record.Instruction, record.Input, Array.ConvertAll(record.Candidates, static candidate => new Candidate(candidate.Model, candidate.Text)));
}

/// <summary>A record whose finding is there already.</summary>
internal sealed class FoundWork(RecordPlace place, MixInstructRecord record, RecordFinding finding) : RecordWork(place, null)
{
    /// <summary>The record.</summary>
    public MixInstructRecord Evaluated { get; } = record;

    /// <summary>The finding.</summary>
    public RecordFinding Finding { get; } = finding;

    /// <inheritdoc/>
    protected override ReadOnlySpan<CandidatePair> NextRound() => [];

    /// <inheritdoc/>
    protected override void Hear(CandidatePair pair, float logit) => throw new InvalidOperationException("a finding asks for no comparison");
}
