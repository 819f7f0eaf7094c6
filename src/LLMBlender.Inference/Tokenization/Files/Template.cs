namespace LLMBlender.Inference.Tokenization.Files;

/// <summary>Ids that go around a text, and around two.</summary>
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

    /// <summary>The token type of a second text and what follows it; a first one's is 0.</summary>
    public int SecondType { get; init; }
}
