namespace LLMBlender.Core.Fusion;

/// <summary>What a fuser is asked: the best candidates of one instruction.</summary>
public sealed record FusionRequest
{
    /// <summary>Candidates that are fused where no other number is asked for: the paper's K.</summary>
    public const int DefaultTopK = 3;

    private FusionRequest(string instruction, string? input, IReadOnlyList<string> candidates, string best) =>
        (Instruction, Input, Candidates, Best) = (instruction, input, candidates, best);

    /// <summary>The instruction; may be empty.</summary>
    public string Instruction { get; }

    /// <summary>What it is about, if anything.</summary>
    public string? Input { get; }

    /// <summary>The candidates to fuse, best first; at least one.</summary>
    public IReadOnlyList<string> Candidates { get; }

    /// <summary>What is given where fusing fails: of all candidates, the best that says something.</summary>
    public string Best { get; }

    /// <summary>Chooses the best <paramref name="topK"/>, or all where there are fewer.</summary>
    /// <param name="instruction">The instruction.</param>
    /// <param name="input">What it is about, if anything.</param>
    /// <param name="ranked">All candidates, best first.</param>
    /// <param name="topK">How many to fuse at most.</param>
    /// <exception cref="ArgumentException">There is no candidate, or none that says anything.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="topK"/> is below 1.</exception>
    public static FusionRequest Of(string instruction, string? input, IReadOnlyList<string> ranked, int topK = DefaultTopK)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(topK, 1);
        if (ranked.Count == 0)
        {
            throw new ArgumentException("there are no candidates, and at least one is needed", nameof(ranked));
        }

        var best = ranked.FirstOrDefault(text => !string.IsNullOrWhiteSpace(text)) ?? throw new ArgumentException(
            ranked.Count == 1 ? "the only candidate is empty, and it must say something" : $"all {ranked.Count} candidates are empty, and one must say something",
            nameof(ranked));
        return new FusionRequest(instruction, input, [.. ranked.Take(topK)], best);
    }
}
