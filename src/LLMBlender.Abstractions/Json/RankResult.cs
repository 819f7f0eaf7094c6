namespace LLMBlender.Abstractions.Json;

/// <summary>A ranking; every list is in the candidates' order.</summary>
public sealed record RankResult
{
    /// <summary>The record's own name, if it has one.</summary>
    public RecordId? Id { get; init; }

    /// <summary>Ranks from 1, the best; ties share the smallest rank (1, 1, 3).</summary>
    public required int[] Ranks { get; init; }

    /// <summary>Scores, higher is better; the unit is the aggregation's.</summary>
    public required double[] Scores { get; init; }

    /// <summary>Ordered pairs whose logit was used.</summary>
    public required int Comparisons { get; init; }

    /// <summary>
    /// matrix[i][j] is the logit with candidate i first, above 0 when i is better, 0 on the diagonal and null where the two were
    /// not compared. A reference that is no candidate has the last row and column.
    /// </summary>
    public float?[][]? Matrix { get; init; }

    /// <summary>The best candidates, best first, where the request asked for them.</summary>
    public RankedCandidate[]? Top { get; init; }

    /// <summary>The record form of a response.</summary>
    /// <param name="id">The record's id.</param>
    /// <param name="response">The response.</param>
    /// <param name="candidates">What was ranked.</param>
    /// <param name="topK">How many of the best are listed; null for no list.</param>
    public static RankResult Create(RecordId? id, RankingResponse response, Candidate[] candidates, int? topK)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(candidates);
        return new RankResult
        {
            Id = id,
            Ranks = response.Ranks,
            Scores = response.Scores,
            Comparisons = response.Comparisons,
            Matrix = Rows(response.Matrix),
            Top = topK is { } count ? Array.ConvertAll(response.Top(count), place => new RankedCandidate(
                candidates[place].Model, candidates[place].Text, response.Ranks[place], response.Scores[place])) : null,
        };
    }

    /// <summary>A square matrix, given row by row, as rows; null for what is not a number.</summary>
    public static float?[][]? Rows(float[]? matrix) => matrix is null ? null :
    [
        .. matrix.Chunk(Math.Max(1, (int)Math.Sqrt(matrix.Length)))
            .Select(static row => Array.ConvertAll(row, static logit => float.IsNaN(logit) ? (float?)null : logit)),
    ];
}
