using LLMBlender.Evaluation.Datasets;
using LLMBlender.Local.Comparing;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Staging;

/// <summary>Reads files of candidate sets with scores, and compares their candidates.</summary>
public static class JudgedSetFile
{
    private const int Chunk = 32;

    /// <summary>Reads and compares all sets.</summary>
    /// <param name="input">The file: records of MixInstruct's format with scores.</param>
    /// <param name="judge">The name of the score that says which candidate is best; null for the share of the ranker's preference, by its own scale.</param>
    /// <param name="ranker">Compares the candidates.</param>
    /// <param name="progress">Counts comparisons and records.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="UsageException">A record is invalid, or lacks a score.</exception>
    public static List<JudgedSet> Read(RecordInput input, string? judge, IModelRanker ranker, IProgressDisplay progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(ranker);
        ArgumentNullException.ThrowIfNull(progress);
        var sets = new List<JudgedSet>();
        foreach (var chunk in new RecordReader<MixInstructRecord>(input, MixInstructRecord.Read).Read().Chunk(Chunk))
        {
            if (Array.FindIndex(chunk, static entry => entry.Error is not null) is var failed and >= 0)
            {
                throw new UsageException(chunk[failed].Place.Located($"{chunk[failed].Error}."));
            }

            var pairs = chunk.SelectMany(entry => Pairs(ranker.Encode(entry.Value!.Source, entry.Value.Texts), entry.Value.Candidates.Length)).ToArray();
            var logits = new float[pairs.Length];
            ranker.Compare(pairs, logits, progress.Compared, cancellationToken);
            var next = 0;
            foreach (var entry in chunk)
            {
                var (record, matrix) = (entry.Value!, new float[entry.Value!.Candidates.Length, entry.Value.Candidates.Length]);
                for (var count = matrix.Length - record.Candidates.Length; count > 0; count--, next++)
                {
                    matrix[pairs[next].First, pairs[next].Second] = logits[next];
                }

                var set = new JudgedSet(record.Models, [], matrix)
                {
                    Source = record.Source,
                    Texts = record.Texts,
                    ConsensusWeight = ranker.Manifest.ConsensusWeight,
                };
                sets.Add(set with
                {
                    Scores = judge is null
                        ? set.Shares(ranker.Manifest.Calibration?.Temperature ?? 1)
                        : Array.ConvertAll(record.Candidates, candidate => Score(candidate, judge, entry.Place)),
                });
            }

            progress.Settled(chunk.Length, chunk[^1].Place.Position);
        }

        return sets;
    }

    private static IEnumerable<RecordPair> Pairs(IPairRecord record, int count) =>
        Enumerable.Range(0, count).SelectMany(i => Enumerable.Range(0, count).Where(j => j != i).Select(j => new RecordPair(record, i, j)));

    private static double Score(MixInstructCandidate candidate, string judge, RecordPlace place) => candidate.Scores.TryGetValue(judge, out var score)
        ? score
        : throw new UsageException(place.Located($"the candidate of {candidate.Model ?? "an unnamed model"} has no score \"{judge}\", and must have it; it has {string.Join(", ", candidate.Scores.Keys)}."));
}
