using LLMBlender.Core.Ranking;
using LLMBlender.Evaluation.Models;
using LLMBlender.Records;

namespace LLMBlender.Evaluation;

/// <summary>
/// The rankers that an evaluation sets beside the pair ranker, by name; a new one is registered here and nowhere else. Oracles are
/// made of metrics and need no name here.
/// </summary>
public static class Rankers
{
    private static readonly NamedMakers<ICandidateRanker> Registered = new(
        "ranker",
        new("random", "a seeded order", static (_, setup) => new RandomRanker(setup.Seed)),
        new("longest", "the longer text is better", static (_, _) => new LongestRanker()),
        new("judge", "a chat model of --config compares by prompt, both orders", JudgeRanker.Make, "BACKEND"),
        new("model", "a reward model, or a summareranker, simcls or mlm-scorer; also +encoding=single +max-length=N", ModelRanker.Make, "MODEL"));

    /// <summary>Who ranks where nobody says who.</summary>
    public static IReadOnlyList<string> Default { get; } = ["random", "longest"];

    /// <summary>The names with what they are, for help.</summary>
    public static string Listed => Registered.Listed;

    /// <summary>Makes a ranker.</summary>
    /// <param name="spelling"><c>NAME</c>, or <c>NAME:ARGUMENT</c> for one that takes an argument.</param>
    /// <param name="setup">What it is made with.</param>
    /// <exception cref="UsageException">The name is not known, or lacks an argument.</exception>
    public static ICandidateRanker Create(string spelling, EvaluationSetup setup) => Registered.Create(spelling, setup);
}
