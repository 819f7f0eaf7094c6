namespace LLMBlender.Training.Teaching;

/// <summary>What a piece of the vocabulary is to the teacher.</summary>
internal enum PieceClass
{
    Other,
    Question,
    Exclamation,
    Stop,
    Comma,
    Colon,
    Star,
    Dash,
    Digit,

    /// <summary>A word of regret, as refusals have it.</summary>
    Regret,

    /// <summary>I.</summary>
    Self,

    /// <summary>You, your, yourself.</summary>
    Reader,
}
