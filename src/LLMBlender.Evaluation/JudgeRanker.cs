using LLMBlender.Core.Ranking;
using LLMBlender.Evaluation.Datasets;
using LLMBlender.Evaluation.Models;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Judging;
using LLMBlender.Records;

namespace LLMBlender.Evaluation;

/// <summary>
/// A chat model that judges pairs by prompt. It compares each pair in both orders and returns its verdicts unchanged, from -2
/// to 2 for the first candidate, so that position bias can be measured. A verdict that can't be parsed is replaced by that of
/// the other order, as in <see cref="PairJudge.Logit"/>.
/// </summary>
/// <param name="backend">The backend of the chat model.</param>
internal sealed class JudgeRanker(Backend backend) : IPairwiseRanker
{
    // Limits the concurrent calls of one record; the backend's limits apply in addition.
    private const int AtOnce = 8;

    /// <inheritdoc/>
    public string Name => $"judge {backend.Name}";

    /// <summary>Creates the ranker from a backend's name.</summary>
    /// <exception cref="UsageException">There is no such backend.</exception>
    public static JudgeRanker Make(string name, EvaluationSetup setup)
    {
        if (setup.Config is not var (file, sources))
        {
            throw new UsageException($"ranker \"judge:{name}\" is a backend of --config, and there is none");
        }

        var registry = DatasetPanels.Read(file, sources, static _ => { });
        var backend = registry.FindBackend(name) ?? throw new UsageException($"ranker \"judge:{name}\": {file} has no backend \"{name}\"");
        setup.Remember(DatasetPanels.Identity(backend));
        return new JudgeRanker(backend);
    }

    /// <inheritdoc/>
    public async Task<double[]> ScoreAsync(string source, IReadOnlyList<string> candidates, CancellationToken cancellationToken = default) =>
        RecordedMatrix.Rank(new MaxLogits(candidates.Count), await CompareAsync(source, candidates, cancellationToken)).Scores;

    /// <inheritdoc/>
    public async Task<float[,]> CompareAsync(string source, IReadOnlyList<string> candidates, CancellationToken cancellationToken = default)
    {
        var n = candidates.Count;
        var verdicts = new JudgeVerdict?[n, n];
        var pairs = (from i in Enumerable.Range(0, n) from j in Enumerable.Range(0, n) where i != j select (First: i, Second: j)).ToList();
        var limits = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(pairs, limits, async (pair, stop) =>
            verdicts[pair.First, pair.Second] = await AskAsync(source, candidates[pair.First], candidates[pair.Second], stop));
        if (n > 1 && pairs.TrueForAll(pair => verdicts[pair.First, pair.Second] is null))
        {
            throw new InvalidOperationException($"the judge {backend.Name} returned no verdict that can be parsed");
        }

        var matrix = new float[n, n];
        foreach (var (first, second) in pairs)
        {
            matrix[first, second] = verdicts[first, second]?.Logit ?? PairJudge.Logit(null, verdicts[second, first]);
        }

        return matrix;
    }

    private async Task<JudgeVerdict?> AskAsync(string source, string a, string b, CancellationToken cancellationToken)
    {
        try
        {
            return (await new PairJudge(backend).AskAsync(source, null, a, b, cancellationToken)).Verdict;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is not OutOfMemoryException)
        {
            throw new InvalidOperationException($"the judge {backend.Name} failed: {backend.Explain(e)}");
        }
    }
}
