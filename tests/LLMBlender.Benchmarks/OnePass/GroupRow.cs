using LLMBlender.Training.Data;
using LLMBlender.Training.Runs;

namespace LLMBlender.Benchmarks.OnePass;

/// <summary>A source and several candidates in one sequence: [CLS] source-marker source [SEP], then [CLS] candidate-marker candidate [SEP] for each.</summary>
/// <param name="Ids">Its tokens.</param>
/// <param name="Markers">Where the source's marker is, and each candidate's.</param>
internal sealed record GroupRow(long[] Ids, int[] Markers)
{
    /// <summary>Lays a row out; texts are cut at their ends.</summary>
    /// <param name="tokens">Markers.</param>
    /// <param name="source">The source.</param>
    /// <param name="candidates">The candidates.</param>
    /// <param name="sourceLimit">Tokens of the source's segment at most.</param>
    /// <param name="candidateLimit">Tokens of a candidate's segment at most.</param>
    public static GroupRow Of(RankerTokens tokens, int[] source, IReadOnlyList<int[]> candidates, int sourceLimit, int candidateLimit)
    {
        var (ids, markers) = (new List<long>(), new List<int>());
        Add(source, tokens.Layout.SourceId, sourceLimit);
        foreach (var candidate in candidates)
        {
            Add(candidate, tokens.CandidateId, candidateLimit);
        }

        return new([.. ids], [.. markers]);

        void Add(int[] text, int marker, int limit)
        {
            ids.Add(tokens.Layout.ClsId);
            markers.Add(ids.Count);
            ids.Add(marker);
            ids.AddRange(text.Take(PairLayout.Room(text.Length, limit)).Select(static id => (long)id));
            ids.Add(tokens.Layout.SepId);
        }
    }
}
