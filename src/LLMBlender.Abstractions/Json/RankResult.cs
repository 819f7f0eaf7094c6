namespace LLMBlender.Abstractions.Json;

/// <summary>A ranking; every list is in the candidates' order.</summary>
public sealed record RankResult
{
    /// <summary>The record's id; null if it has none.</summary>
    public RecordId? Id { get; init; }

    /// <summary>Ranks from 1, the best; ties share the smallest rank (1, 1, 3).</summary>
    public required int[] Ranks { get; init; }

    /// <summary>Scores, higher is better; the unit depends on the aggregation.</summary>
    public required double[] Scores { get; init; }

    /// <summary>Ordered pairs whose logit was used.</summary>
    public required int Comparisons { get; init; }

    /// <summary>
    /// matrix[i][j] is the logit with candidate i first, above 0 if i is better, 0 on the diagonal and null if the two were
    /// not compared. A reference that is not a candidate is the last row and column.
    /// </summary>
    public float?[][]? Matrix { get; init; }

    /// <summary>
    /// probability[i][j] belongs to matrix[i][j]: the probability that i is better than j, σ(logit / temperature). Absent without a matrix,
    /// or if the ranker is not calibrated.
    /// </summary>
    public double?[][]? Probability { get; init; }

    /// <summary>
    /// The probability that the first candidate is the best of these candidates. Absent if the ranker is not calibrated, or there is a single
    /// candidate.
    /// </summary>
    public double? Confidence { get; init; }

    /// <summary>The ranker's name, kind and temperature.</summary>
    public RankerInfo? RankerInfo { get; init; }

    /// <summary>The best candidates, best first, if requested.</summary>
    public RankedCandidate[]? Top { get; init; }

    /// <summary>Converts a response to a record.</summary>
    /// <param name="id">The record's id.</param>
    /// <param name="response">The response.</param>
    /// <param name="candidates">The ranked candidates.</param>
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
            Probability = Probabilities(response),
            Confidence = response.Confidence,
            RankerInfo = response.RankerInfo,
            Top = topK is { } count ? Array.ConvertAll(response.Top(count), place => new RankedCandidate(
                candidates[place].Model, candidates[place].Text, response.Ranks[place], response.Scores[place])) : null,
        };
    }

    /// <summary>The probability of each entry of a response's matrix; null without a matrix or a calibrated ranker.</summary>
    public static double?[][]? Probabilities(RankingResponse? response) => response?.RankerInfo is not { Temperature: not null } ranker ? null
        : Rows(response.Matrix) is not { } rows ? null
        : Array.ConvertAll(rows, row => Array.ConvertAll(row, logit => logit is { } known ? ranker.Probability(known) : null));

    /// <summary>Converts a square matrix in row-major order to rows; NaN becomes null.</summary>
    public static float?[][]? Rows(float[]? matrix) => matrix is null ? null :
    [
        .. matrix.Chunk(Math.Max(1, (int)Math.Sqrt(matrix.Length)))
            .Select(static row => Array.ConvertAll(row, static logit => float.IsNaN(logit) ? (float?)null : logit)),
    ];
}
