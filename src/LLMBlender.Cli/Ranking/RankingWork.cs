using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Cli.Records;
using LLMBlender.Core.Ranking;
using LLMBlender.Inference.PairRanker;

namespace LLMBlender.Cli.Ranking;

/// <summary>A record whose candidates are ranked by an engine.</summary>
/// <param name="place">Where it stands in its file.</param>
/// <param name="encoded">Source and candidates as the ranker reads them.</param>
/// <param name="engine">The aggregation at work, for as many candidates.</param>
/// <param name="withMatrix">Whether the answer shows the matrix.</param>
internal class RankingWork(RecordPlace place, EncodedRecord encoded, RankingEngine engine, bool withMatrix) : RecordWork(place, encoded)
{
    private CandidateRanking? ranking;

    /// <summary>The candidates, and how many of the best the answer shows; null where it shows none.</summary>
    public (Candidate[] Candidates, int Count)? Top { get; init; }

    /// <summary>The ranking; only once settled.</summary>
    public CandidateRanking Ranking => ranking ??= engine.Rank();

    /// <inheritdoc/>
    public override long Weight => (long)Matrix.CandidateCount * Matrix.CandidateCount;

    /// <summary>The logits heard.</summary>
    public ComparisonMatrix Matrix => engine.Matrix;

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        Place.Id?.Write(json);
        json.WriteStartArray("ranks");
        foreach (var rank in Ranking.Ranks)
        {
            json.WriteNumberValue(rank);
        }

        json.WriteEndArray();
        json.WriteStartArray("scores");
        foreach (var score in Ranking.Scores)
        {
            json.WriteNumberValue(Unsigned(score));
        }

        json.WriteEndArray();
        json.WriteNumber("comparisons", Ranking.Comparisons);
        if (withMatrix)
        {
            WriteMatrix(json);
        }

        if (Top is var (candidates, count))
        {
            WriteTop(json, candidates, count);
        }
    }

    /// <summary>The number, where a zero has no sign.</summary>
    protected static double Unsigned(double number) => number + 0.0;

    /// <inheritdoc/>
    protected override ReadOnlySpan<CandidatePair> NextRound() => engine.NextPairs();

    /// <inheritdoc/>
    protected override void Hear(CandidatePair pair, float logit) => engine.Hear(pair, logit);

    private void WriteTop(Utf8JsonWriter json, Candidate[] candidates, int count)
    {
        json.WriteStartArray("top");
        foreach (var candidate in Ranking.TopK(count))
        {
            json.WriteStartObject();
            json.WriteString("model", candidates[candidate].Model);
            json.WriteString("text", candidates[candidate].Text);
            json.WriteNumber("rank", Ranking.Ranks[candidate]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteMatrix(Utf8JsonWriter json)
    {
        json.WriteStartArray("matrix");
        for (var i = 0; i < Matrix.CandidateCount; i++)
        {
            json.WriteStartArray();
            foreach (var logit in Matrix.Row(i))
            {
                WriteLogit(json, logit);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static void WriteLogit(Utf8JsonWriter json, float logit)
    {
        if (float.IsNaN(logit))
        {
            json.WriteNullValue();
        }
        else
        {
            json.WriteNumberValue(logit);
        }
    }
}
