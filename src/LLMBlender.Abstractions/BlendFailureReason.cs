using System.Text.Json.Serialization;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Abstractions;

/// <summary>Why a part of a blend failed; few kinds, each calling for a different remedy.</summary>
[GenerateSerializer, Alias("LLMBlender.BlendFailureReason")]
[JsonConverter(typeof(SnakeCaseEnumConverter<BlendFailureReason>))]
public enum BlendFailureReason
{
    /// <summary>Something broke inside; the message says what.</summary>
    Faulted,

    /// <summary>It did not answer before its deadline.</summary>
    TimedOut,

    /// <summary>It could not be reached.</summary>
    Unreachable,

    /// <summary>It turned the request away because it had too much to do; worth trying again later.</summary>
    Overloaded,

    /// <summary>It turned the request away for good: credentials, content policy or a request that it can't serve.</summary>
    Refused,

    /// <summary>It answered, but with no text to rank.</summary>
    Empty,

    /// <summary>It answered, but not in the form that was asked for: no JSON, or a call that no tool takes.</summary>
    Invalid,
}
