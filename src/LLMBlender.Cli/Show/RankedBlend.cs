using LLMBlender.Abstractions;

namespace LLMBlender.Cli.Show;

/// <summary>A blend whose candidates are ranked.</summary>
/// <param name="Instruction">The instruction.</param>
/// <param name="Input">The text that the instruction applies to, if any.</param>
/// <param name="Candidates">The candidates with their ranks.</param>
/// <param name="Ranking">The ranking.</param>
internal sealed record RankedBlend(string Instruction, string? Input, RankedCandidate[] Candidates, RankingResponse Ranking)
{
    /// <summary>The candidates' indices, best first.</summary>
    public int[] Order { get; } = Ranking.Top(Candidates.Length);

    /// <summary>A candidate's name: its model, or its number from 1.</summary>
    public string Name(int candidate) => Candidates[candidate].Model ?? $"#{candidate + 1}";

    /// <summary>The best candidate that has text.</summary>
    public int Best => Array.Find(Order, i => !string.IsNullOrWhiteSpace(Candidates[i].Text));

    /// <summary>Joins candidates with their ranking.</summary>
    public static RankedBlend Create(string instruction, string? input, Candidate[] candidates, RankingResponse ranking) => new(
        instruction,
        input,
        [.. candidates.Select((candidate, i) => new RankedCandidate(candidate.Model, candidate.Text, ranking.Ranks[i], ranking.Scores[i]))],
        ranking);
}
