using System.Text.Json.Serialization;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Abstractions;

/// <summary>What has just happened in a blend.</summary>
[GenerateSerializer, Alias("LLMBlender.BlendEventKind")]
[JsonConverter(typeof(SnakeCaseEnumConverter<BlendEventKind>))]
public enum BlendEventKind
{
    /// <summary>The panel has been asked.</summary>
    Asking,

    /// <summary>A member answered, or failed.</summary>
    Member,

    /// <summary>The candidates are being ranked.</summary>
    Ranking,

    /// <summary>They have been ranked.</summary>
    Ranked,

    /// <summary>The answer is about to be written.</summary>
    Fusing,
}
