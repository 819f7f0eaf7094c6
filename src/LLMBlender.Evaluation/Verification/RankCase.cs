using LLMBlender.Core.Ranking;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Verification;

/// <summary>A record of a recorded rank call.</summary>
internal sealed class RankCase
{
    private const int ControlTokens = 3;

    private readonly float[] matrix;
    private readonly int longestSource;

    private RankCase(string name, string source, string[] candidates, EncodedRecord encoded, int longestSource, float[] matrix)
    {
        (Name, Encoded, this.longestSource, this.matrix) = (name, encoded, longestSource, matrix);
        Texts = [source, .. candidates];
    }

    /// <summary>Its name in differences.</summary>
    public string Name { get; }

    /// <summary>Source and candidates.</summary>
    public IReadOnlyList<string> Texts { get; }

    /// <summary>Source and candidates, encoded for the ranker.</summary>
    public EncodedRecord Encoded { get; }

    /// <summary>The reference's max-logits scores; null if not recorded.</summary>
    public float[]? Scores { get; private init; }

    /// <summary>The reference's ranks; null if not recorded.</summary>
    public int[]? Ranks { get; private init; }

    /// <summary>The rows of candidates 0 and 1 in both orders and their logits; null if not recorded.</summary>
    public (int[] Ids01, float Logit01, int[] Ids10, float Logit10)? Rows { get; private init; }

    /// <summary>Reads the records of a call.</summary>
    public static IReadOnlyList<RankCase> Read(CaseFile file, RecordFields group, PairRankerModel ranker)
    {
        var (inputs, instructions) = (file.Texts(group, "inputs")!, file.Texts(group, "instructions"));
        var candidates = file.TextLists(group, "candidates");
        var encoded = inputs.Select((input, i) => ranker.Encode(instructions?[i] + input, candidates[i])).ToArray();
        var batch = Math.Max(1, group.Find("batch_size")?.GetInt32() ?? 1);
        var (matrices, count) = (file.Floats(group, "matrix"), candidates[0].Length);
        var scores = Lists(group, "scores_rank_api", "scores", e => e.GetSingle());
        var ranks = Lists(group, "ranks_rank_api", "ranks", e => e.GetInt32());
        var rows = file.Objects(group, "pair_rows").ToDictionary(row => row.Find("index")!.Value.GetInt32());
        return [.. inputs.Select((input, i) => new RankCase(
            $"{group.OptionalText("name") ?? group.Path}[{i}]",
            instructions?[i] + input,
            candidates[i],
            encoded[i],
            encoded.Skip(i / batch * batch).Take(batch).Max(record => record.Source.Length),
            matrices[(i * count * count)..((i + 1) * count * count)])
        {
            Scores = scores?[i],
            Ranks = ranks?[i],
            Rows = rows.TryGetValue(i, out var row) ? ReadRow(file, row) : null,
        })];
    }

    /// <summary>Reads a field of lists of integers.</summary>
    public static int[][] IntegerLists(RecordFields fields, string field) =>
        Lists(fields, field, field, e => e.GetInt32()) ?? throw fields.Missing(field, "a list of lists");

    /// <summary>
    /// Whether the reference truncated the candidates because of the batch: it divides the length left by the batch's longest
    /// source, and truncates every candidate of the batch to that.
    /// </summary>
    public bool IsCutByNeighbours((int Source, int Candidate) lengths)
    {
        var limit = lengths.Candidate + (lengths.Source - longestSource) / 2;
        return Enumerable.Range(0, Encoded.CandidateCount).Any(i => Encoded.Candidate(i).Length + ControlTokens > limit);
    }

    /// <summary>Ranks the record by max-logits, and compares the matrix with the reference's.</summary>
    public CandidateRanking Rank(PairRankerModel ranker, Quantity quantity)
    {
        var engine = new MaxLogits(Encoded.CandidateCount);
        var pairs = engine.NextPairs().ToArray();
        var comparisons = Array.ConvertAll(pairs, pair => new Comparison(Encoded, pair.First, pair.Second));
        var logits = new float[pairs.Length];
        ranker.Compare(comparisons, logits);
        for (var i = 0; i < pairs.Length; i++)
        {
            var expected = matrix[(pairs[i].First * Encoded.CandidateCount) + pairs[i].Second];
            quantity.Compare(expected, logits[i], $"{Name}[{pairs[i].First}][{pairs[i].Second}]");
            engine.Record(pairs[i], float.IsFinite(logits[i]) ? logits[i] : 0);
        }

        return engine.Rank();
    }

    private static (int[] Ids01, float Logit01, int[] Ids10, float Logit10) ReadRow(CaseFile file, RecordFields row) => (
        file.Integers(row, "ids_01"), file.Floats(row, "logit_01")[0], file.Integers(row, "ids_10"), file.Floats(row, "logit_10")[0]);

    private static T[][]? Lists<T>(RecordFields fields, string field, string other, Func<System.Text.Json.JsonElement, T> read) =>
        (fields.OptionalList(field, "lists") ?? fields.OptionalList(other, "lists")) is { } list
            ? [.. list.EnumerateArray().Select(row => row.EnumerateArray().Select(read).ToArray())]
            : null;
}
