namespace LLMBlender.Inference.Tokenization.AddedTokens;

/// <summary>A token outside the subword vocabulary that is extracted from the text before segmentation.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
public sealed record AddedToken(int Id, string Content)
{
    /// <summary>Whether decoding may skip it.</summary>
    public bool Special { get; init; }

    /// <summary>Whether it is matched in the normalised text (true) or in the original text (false).</summary>
    public bool Normalized { get; init; } = true;

    /// <summary>Whether it includes the white space on its left.</summary>
    public bool LeftStrip { get; init; }

    /// <summary>Whether it includes the white space on its right.</summary>
    public bool RightStrip { get; init; }

    /// <summary>Whether it matches only if no word character is adjacent.</summary>
    public bool SingleWord { get; init; }
}
