using LLMBlender.Abstractions;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Core.Blending;

/// <summary>
/// One ranking: an engine of <see cref="Ranking"/> requests pairs and a comparer compares them, until the order is settled. Every host of a
/// ranking runs this loop. An instance serves one request.
/// </summary>
public sealed class RankingWorkflow
{
    // All pairs of 64 candidates.
    private const int MaxPairsAtOnce = 4096;

    // Above this, the entries of the matrix cost more than scoring candidates again in later rounds.
    private const int MaxCandidatesAtOnce = 64;

    // Above this, the engine's computation costs more than the comparisons that expectations save.
    private const int MaxExpected = 64;

    private readonly RankingRequest request;
    private RankingEngine engine;

    private RankingWorkflow(RankingRequest request, RankingEngine engine, string[] texts) =>
        (this.request, this.engine, Texts) = (request, engine, texts);

    /// <summary>The texts indexed by the comparer's pairs: the candidates, followed by the reference if it is not a candidate.</summary>
    public string[] Texts { get; }

    /// <summary>The aggregation's name.</summary>
    public string Aggregation => engine.Name;

    /// <summary>Whether the aggregation begins with what a prior says of the candidates.</summary>
    public bool UsesPrior => engine is Adaptive && Texts.Length is > 2 and <= MaxExpected;

    /// <summary>Why the prior's scores are missing: its failure, after which the candidates were ranked without it. Null if it did not fail.</summary>
    public BlendException? PriorFailure { get; private set; }

    /// <summary>The number of rounds of comparisons so far.</summary>
    public int Rounds => engine.Rounds;

    /// <summary>Whether the order is known without further comparisons.</summary>
    public bool IsSettled => engine.IsSettled;

    /// <summary>Validates a request and creates its engine.</summary>
    /// <exception cref="BlendException">The request is invalid; the message contains the field, its value and the rule.</exception>
    public static RankingWorkflow Create(RankingRequest request)
    {
        RequestRules.CheckSource(request.Instruction, request.Input);
        RequestRules.CheckCandidates(request.Candidates);
        var options = new RankingOptions(request.Aggregation, request.ReferenceMode, request.Reference);
        if (options.Problem(request.Candidates.Length) is var (field, problem))
        {
            throw BlendException.Invalid(field, problem);
        }

        var (engine, texts) = options.Begin(Array.ConvertAll(request.Candidates, static candidate => candidate.Text));
        return new RankingWorkflow(request, engine, texts);
    }

    /// <summary>Ranks the candidates.</summary>
    /// <param name="comparer">Compares pairs of <see cref="Texts"/>.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <param name="prior">
    /// A ranker that scores each candidate alone: an adaptive aggregation expects of the candidates what it says of them, so that fewer need to be compared.
    /// Null for none. If it fails, the candidates are ranked without it, and <see cref="PriorFailure"/> says why.
    /// </param>
    /// <exception cref="BlendException">The comparer failed, or the prior compares pairs.</exception>
    public async Task<RankingResponse> RunAsync(IPairComparer comparer, CancellationToken cancellationToken, IPairComparer? prior = null)
    {
        if (prior?.Info is { ScoresAlone: false })
        {
            throw BlendException.Invalid("prior", $"\"prior\" is \"{prior.Name}\", which compares pairs, and must be a ranker that scores each candidate alone");
        }

        // A ranker that scores each candidate alone computes all pairs in N passes, so that further rounds would only repeat passes.
        var known = comparer.Info is { ScoresAlone: true } && engine is not FullMatrixEngine && Texts.Length <= MaxCandidatesAtOnce
            ? await CompareAllAsync(comparer, cancellationToken)
            : null;
        var weight = comparer.Info?.ConsensusWeight ?? 0;
        var agreements = weight > 0 && Texts.Length > 2 && engine is not AgainstReference ? Consensus.Of(Texts) : null;
        if (engine is Adaptive adaptive && known is null && Texts.Length is > 2 and <= MaxExpected)
        {
            engine = adaptive.Expecting(await ExpectationsAsync(agreements ?? Consensus.Of(Texts), prior, cancellationToken));
        }

        while (!engine.IsSettled)
        {
            // In parts, so that a large round takes no thread and no memory for all of its pairs at once.
            var round = engine.NextPairs().ToArray();
            for (var start = 0; start < round.Length; start += MaxPairsAtOnce)
            {
                var pairs = round.Length <= MaxPairsAtOnce ? round : round[start..Math.Min(start + MaxPairsAtOnce, round.Length)];
                cancellationToken.ThrowIfCancellationRequested();
                var logits = known is null ? await comparer.CompareAsync(pairs, cancellationToken) : Array.ConvertAll(pairs, pair => known[pair]);
                for (var i = 0; i < pairs.Length; i++)
                {
                    engine.Record(pairs[i], agreements is null ? logits[i] : logits[i] + Consensus.Advantage(agreements, pairs[i], weight));
                }
            }
        }

        var ranking = engine.Rank();
        return new RankingResponse
        {
            Ranks = ranking.Ranks,
            // −0 becomes 0.
            Scores = Array.ConvertAll(ranking.Scores, static score => score + 0.0),
            Comparisons = ranking.Comparisons,
            Reused = Math.Min(comparer.Reused, ranking.Comparisons),
            Matrix = request.WithMatrix ? Flatten(engine.Matrix) : null,
            Ranker = comparer.Name,
            RankerInfo = comparer.Info,
            Confidence = comparer.Info?.Temperature is { } temperature ? ChoiceConfidence.Of(engine, ranking, temperature) : null,
            PromptTokens = comparer.Usage.PromptTokens,
            CompletionTokens = comparer.Usage.CompletionTokens,
            Cost = comparer.Usage.Cost,
        };
    }

    // The agreement of the texts costs no pass of a model. A prior's scores follow from each candidate's comparison with the first.
    private async Task<double[][]> ExpectationsAsync(double[] agreements, IPairComparer? prior, CancellationToken cancellationToken)
    {
        if (prior is null)
        {
            return [agreements];
        }

        try
        {
            var logits = await prior.CompareAsync([.. Enumerable.Range(1, Texts.Length - 1).Select(static i => new CandidatePair(i, 0))], cancellationToken);
            return [[0, .. Array.ConvertAll(logits, static logit => (double)logit)], agreements];
        }
        catch (BlendException e)
        {
            PriorFailure = e;
            return [agreements];
        }
    }

    private async Task<Dictionary<CandidatePair, float>> CompareAllAsync(IPairComparer comparer, CancellationToken cancellationToken)
    {
        var all = Enumerable.Range(0, Texts.Length);
        CandidatePair[] pairs = [.. all.SelectMany(i => all.Where(j => j != i).Select(j => new CandidatePair(i, j)))];
        var logits = pairs.Length == 0 ? [] : await comparer.CompareAsync(pairs, cancellationToken);
        return pairs.Zip(logits).ToDictionary(static pair => pair.First, static pair => pair.Second);
    }

    private static float[] Flatten(ComparisonMatrix matrix)
    {
        var all = new float[matrix.CandidateCount * matrix.CandidateCount];
        for (var i = 0; i < matrix.CandidateCount; i++)
        {
            matrix.Row(i).CopyTo(all.AsSpan(i * matrix.CandidateCount));
        }

        return all;
    }
}
