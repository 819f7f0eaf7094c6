namespace LLMBlender.Inference.Tokenization.AddedTokens;

/// <summary>
/// A token that lies beside the SentencePiece vocabulary and is cut out of the text before it is segmented.
/// </summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
public sealed record AddedToken(int Id, string Content)
{
    /// <summary>Whether decoding may skip it.</summary>
    public bool Special { get; init; }

    /// <summary>Whether it is looked for in the normalised text (true) or in the text as given (false).</summary>
    public bool Normalized { get; init; } = true;

    /// <summary>Whether it takes the white space on its left with it.</summary>
    public bool LeftStrip { get; init; }

    /// <summary>Whether it takes the white space on its right with it.</summary>
    public bool RightStrip { get; init; }

    /// <summary>Whether it counts only where no word character touches it.</summary>
    public bool SingleWord { get; init; }
}
