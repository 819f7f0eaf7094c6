namespace LLMBlender.Training.Data;

/// <summary>A way to make an answer worse beyond doubt.</summary>
internal enum DamageKind
{
    /// <summary>A span of words is missing.</summary>
    DroppedSpan,

    /// <summary>A span of words is said several times in a row.</summary>
    RepeatedSpan,

    /// <summary>Words stand in random order.</summary>
    ShuffledWords,

    /// <summary>The answer stops in the middle of a sentence.</summary>
    Truncated,

    /// <summary>Sentences stand in another order.</summary>
    SwappedSentences,

    /// <summary>Characters inside words are replaced.</summary>
    GarbledCharacters,

    /// <summary>Words are replaced by words of other texts.</summary>
    ForeignWords,

    /// <summary>The first half of the words; only measured, as is <see cref="WordSalad"/>.</summary>
    Halved,

    /// <summary>All words stand in random order.</summary>
    WordSalad,

    /// <summary>A number is another one.</summary>
    ChangedNumber,
}
