namespace LLMBlender.Core.Fusion;

/// <summary>A request to a fuser: the best candidates for one instruction.</summary>
public sealed record FusionRequest
{
    /// <summary>The default number of candidates to fuse: the paper's K.</summary>
    public const int DefaultTopK = 3;

    private FusionRequest(string instruction, string? input, IReadOnlyList<string> candidates, string best) =>
        (Instruction, Input, Candidates, Best) = (instruction, input, candidates, best);

    /// <summary>The instruction; may be empty.</summary>
    public string Instruction { get; }

    /// <summary>The input of the instruction; may be null.</summary>
    public string? Input { get; }

    /// <summary>The candidates to fuse, best first; at least one.</summary>
    public IReadOnlyList<string> Candidates { get; }

    /// <summary>The fallback if fusion fails: the best of all candidates that has text.</summary>
    public string Best { get; }

    /// <summary>Selects the best <paramref name="topK"/> candidates, or all if there are fewer.</summary>
    /// <param name="instruction">The instruction.</param>
    /// <param name="input">The input of the instruction; may be null.</param>
    /// <param name="ranked">All candidates, best first.</param>
    /// <param name="topK">The maximum number of candidates to fuse.</param>
    /// <exception cref="ArgumentException">There is no candidate, or none with text.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="topK"/> is below 1.</exception>
    public static FusionRequest Of(string instruction, string? input, IReadOnlyList<string> ranked, int topK = DefaultTopK)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(topK, 1);
        if (ranked.Count == 0)
        {
            throw new ArgumentException("there are no candidates, and at least one is needed", nameof(ranked));
        }

        var best = ranked.FirstOrDefault(text => !string.IsNullOrWhiteSpace(text)) ?? throw new ArgumentException(
            ranked.Count == 1 ? "the only candidate is empty, and it must contain text" : $"all {ranked.Count} candidates are empty, and one must contain text",
            nameof(ranked));
        return new FusionRequest(instruction, input, [.. ranked.Take(topK)], best);
    }
}
