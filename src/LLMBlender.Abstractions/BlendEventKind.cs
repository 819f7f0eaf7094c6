using System.Text.Json.Serialization;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Abstractions;

/// <summary>The kind of a blend's step.</summary>
[GenerateSerializer, Alias("LLMBlender.BlendEventKind")]
[JsonConverter(typeof(SnakeCaseEnumConverter<BlendEventKind>))]
public enum BlendEventKind
{
    /// <summary>The panel's members are called.</summary>
    Asking,

    /// <summary>A member answered or failed.</summary>
    Member,

    /// <summary>The candidates are being ranked.</summary>
    Ranking,

    /// <summary>The candidates are ranked.</summary>
    Ranked,

    /// <summary>Fusion starts.</summary>
    Fusing,

    /// <summary>A member generated text.</summary>
    MemberText,
}
