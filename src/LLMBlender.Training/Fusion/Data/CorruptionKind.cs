namespace LLMBlender.Training.Fusion.Data;

/// <summary>A way in which a candidate comes to differ from the reference.</summary>
internal enum CorruptionKind
{
    /// <summary>A span of words is missing.</summary>
    DroppedSpan,

    /// <summary>A span of words is said again right after itself.</summary>
    RepeatedSpan,

    /// <summary>Neighbouring words have changed places.</summary>
    SwappedWords,

    /// <summary>The end is missing.</summary>
    Truncated,

    /// <summary>A sentence of another text stands between two sentences, or in place of one.</summary>
    OffTopicSentence,

    /// <summary>Characters inside words are replaced.</summary>
    GarbledWords,
}
