using LLMBlender.Core.Ranking;
using LLMBlender.Evaluation.Models;
using LLMBlender.Records;

namespace LLMBlender.Evaluation;

/// <summary>
/// The registry of rankers that are evaluated beside the pair ranker, by name; new rankers are registered only here. Oracles
/// are derived from metrics and are not registered.
/// </summary>
public static class Rankers
{
    private static readonly NamedMakers<ICandidateRanker> Registered = new(
        "ranker",
        new("random", "a seeded order", static (_, setup) => new RandomRanker(setup.Seed)),
        new("longest", "the longer text is better", static (_, _) => new LongestRanker()),
        new("judge", "a chat model of --config compares by prompt, both orders", JudgeRanker.Make, "BACKEND"),
        new("scorer", "a scorer of --config, which scores each candidate alone", ScorerRanker.Make, "NAME"),
        new("model", "a reward model, or a summareranker, simcls or mlm-scorer; also +encoding=single +max-length=N", ModelRanker.Make, "MODEL"));

    /// <summary>The rankers if none are given.</summary>
    public static IReadOnlyList<string> Default { get; } = ["random", "longest"];

    /// <summary>The names with descriptions, for help texts.</summary>
    public static string Listed => Registered.Listed;

    /// <summary>Creates a ranker.</summary>
    /// <param name="spelling"><c>NAME</c>, or <c>NAME:ARGUMENT</c> for one that takes an argument.</param>
    /// <param name="setup">The services that it is created with.</param>
    /// <exception cref="UsageException">The name is unknown, or lacks its argument.</exception>
    public static ICandidateRanker Create(string spelling, EvaluationSetup setup) => Registered.Create(spelling, setup);
}
