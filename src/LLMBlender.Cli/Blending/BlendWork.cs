using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Cli.Ranking;
using LLMBlender.Cli.Records;
using LLMBlender.Core.Ranking;
using LLMBlender.Inference.PairRanker;

namespace LLMBlender.Cli.Blending;

/// <summary>A record to be blended: its candidates are ranked, and the best one is the answer.</summary>
internal sealed class BlendWork : RankingWork
{
    /// <param name="place">Where it stands in its file.</param>
    /// <param name="record">Instruction and candidates.</param>
    /// <param name="aggregation">How comparisons become a ranking.</param>
    /// <param name="ranker">Encodes it.</param>
    public BlendWork(RecordPlace place, BlendRecord record, string aggregation, PairRankerModel ranker)
        : base(
            place,
            ranker.Encode(record.Source, Array.ConvertAll(record.Candidates, candidate => candidate.Text)),
            RankingEngines.Create(aggregation, record.Candidates.Length),
            withMatrix: false) => Record = record;

    /// <summary>What is blended.</summary>
    public BlendRecord Record { get; }

    /// <inheritdoc/>
    public override long Weight => base.Weight + Record.Source.Length + Record.Candidates.Sum(candidate => (long)candidate.Text.Length);

    /// <summary>The best candidate; once settled.</summary>
    public Candidate Best => Record.Candidates[Ranking.Best];

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json) => BlendJson.Write(json, Place.Id, Response());

    private BlendResponse Response() => new(
        Place.Id?.Text,
        Best.Text,
        [.. Record.Candidates.Select((candidate, i) =>
            new RankedCandidate(candidate.Model, candidate.Text, Ranking.Ranks[i], Unsigned(Ranking.Scores[i])))],
        Failures: [],
        new BlendUsage(0, 0, Ranking.Comparisons));
}
