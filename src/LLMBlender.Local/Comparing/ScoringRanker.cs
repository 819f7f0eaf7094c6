using LLMBlender.Inference.Batching;
using LLMBlender.Inference.Encoder;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Local.Comparing;

/// <summary>
/// Compares with a model that scores each candidate alone: a pair's logit is the difference of both scores. A record of n candidates costs
/// n passes, however many of its pairs are compared.
/// </summary>
/// <param name="model">The model; disposed with the ranker.</param>
/// <param name="version">See <see cref="Version"/>.</param>
internal sealed class ScoringRanker(RewardModel model, string version) : IModelRanker
{
    /// <inheritdoc/>
    public ModelManifest Manifest => model.Manifest;

    /// <inheritdoc/>
    public string Version => version;

    /// <summary>Loads a model folder.</summary>
    /// <exception cref="Inference.ModelException">The model can't be loaded.</exception>
    /// <exception cref="ArgumentException">An option is out of range, or a limit of a pair's texts is given.</exception>
    public static ScoringRanker Load(string folder, PairRankerOptions options)
    {
        if (options.SourceMaxLength is not null || options.CandidateMaxLength is not null)
        {
            throw new ArgumentException(
                $"the ranker in {folder} scores each candidate alone, with at most one limit for the whole row: the limits of source and candidate apply to a {ModelKind.PairRanker}");
        }

        var model = RewardModel.Load(
            folder, new EncoderOptions { Accelerator = options.Accelerator, Threads = options.Threads, BatchTokens = options.BatchTokens });
        return new ScoringRanker(model, RankerIdentity.VersionOf(model.Manifest, Lengths(model)));
    }

    private static int?[] Lengths(RewardModel model) =>
        model.SourceMaxLength is { } source ? [model.MaxLength, source] : [model.MaxLength];

    /// <inheritdoc/>
    public IPairRecord Encode(string source, IReadOnlyList<string> candidates) =>
        new Encoded([.. candidates.Select(candidate => model.Encode(source, candidate))]);

    /// <inheritdoc/>
    public long Compare(
        ReadOnlySpan<RecordPair> pairs, Span<float> logits, Action<int>? completed = null, CancellationToken cancellationToken = default)
    {
        var missing = new List<(Encoded Record, int Candidate)>();
        foreach (var (record, first, second) in pairs)
        {
            ((Encoded)record).AddMissing(first, missing);
            ((Encoded)record).AddMissing(second, missing);
        }

        try
        {
            var scores = model.Score([.. missing.Select(static one => one.Record.Row(one.Candidate))], cancellationToken);
            for (var i = 0; i < scores.Length; i++)
            {
                missing[i].Record.Scores[missing[i].Candidate] = scores[i];
            }
        }
        catch
        {
            foreach (var (record, candidate) in missing)
            {
                record.Scores[candidate] = null;
            }

            throw;
        }

        for (var i = 0; i < pairs.Length; i++)
        {
            var scores = ((Encoded)pairs[i].Record).Scores;
            logits[i] = scores[pairs[i].First]!.Value - scores[pairs[i].Second]!.Value;
        }

        completed?.Invoke(pairs.Length);
        return missing.Sum(static one => (long)one.Record.Row(one.Candidate).Ids.Length);
    }

    /// <inheritdoc/>
    public WarmUpReport WarmUp(CancellationToken cancellationToken = default) => model.WarmUp(cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();

    private sealed class Encoded(TokenRow[] rows) : IPairRecord
    {
        /// <summary>The score of each candidate; null if it is not known, NaN while it is computed.</summary>
        public float?[] Scores { get; } = new float?[rows.Length];

        public TokenRow Row(int candidate) => rows[candidate];

        public void AddMissing(int candidate, List<(Encoded Record, int Candidate)> missing)
        {
            if (Scores[candidate] is null)
            {
                Scores[candidate] = float.NaN;
                missing.Add((this, candidate));
            }
        }

        // A row is computed once for the 2·(n − 1) ordered pairs that contain it, so that all pairs together cost the rows.
        public int PairLength(int first, int second) =>
            Math.Max(1, (rows[first].Ids.Length + rows[second].Ids.Length) / Math.Max(1, 2 * (rows.Length - 1)));
    }
}
