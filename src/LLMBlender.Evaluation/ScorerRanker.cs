using LLMBlender.Core.Ranking;
using LLMBlender.Evaluation.Datasets;
using LLMBlender.Evaluation.Models;
using LLMBlender.Local.Scoring;
using LLMBlender.Local.Wire;
using LLMBlender.Records;

namespace LLMBlender.Evaluation;

/// <summary>A score server of the configuration.</summary>
/// <param name="scorer">The scorer; disposed with the ranker.</param>
internal sealed class ScorerRanker(Scorer scorer) : ICandidateRanker, IDisposable
{
    /// <inheritdoc/>
    public string Name => $"scorer {scorer.Name}";

    /// <summary>Creates the ranker from a scorer's name.</summary>
    /// <exception cref="UsageException">There is no such scorer.</exception>
    public static ScorerRanker Make(string name, EvaluationSetup setup)
    {
        if (setup.Config is not var (file, sources))
        {
            throw new UsageException($"ranker \"scorer:{name}\" is a scorer of --config, and there is none");
        }

        var registry = DatasetPanels.Read(file, sources, static _ => { });
        var scorer = registry.FindScorer(name) ?? throw new UsageException($"ranker \"scorer:{name}\": {file} has no scorer \"{name}\"");
        setup.Remember(DatasetPanels.Identity(scorer));
        return new ScorerRanker(scorer);
    }

    /// <inheritdoc/>
    public async Task<double[]> ScoreAsync(string source, IReadOnlyList<string> candidates, CancellationToken cancellationToken = default)
    {
        try
        {
            return await scorer.ScoreAsync(source, candidates, cancellationToken);
        }
        catch (BackendException e)
        {
            throw new InvalidOperationException($"the scorer {scorer.Name} failed: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => scorer.Dispose();
}
