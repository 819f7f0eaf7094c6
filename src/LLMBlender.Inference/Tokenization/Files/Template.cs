namespace LLMBlender.Inference.Tokenization.Files;

/// <summary>The ids added to one text or two.</summary>
/// <param name="Prefix">Before a text.</param>
/// <param name="Suffix">After it.</param>
internal sealed record Template(int[] Prefix, int[] Suffix)
{
    public static Template None { get; } = new([], []);

    /// <summary>Before the first of two texts.</summary>
    public int[] PairPrefix { get; init; } = Prefix;

    /// <summary>Between two texts.</summary>
    public int[] Between { get; init; } = Suffix;

    /// <summary>After the second of two texts.</summary>
    public int[] PairSuffix { get; init; } = Suffix;

    /// <summary>The token type of a second text and the ids after it; that of the first is 0.</summary>
    public int SecondType { get; init; }
}
