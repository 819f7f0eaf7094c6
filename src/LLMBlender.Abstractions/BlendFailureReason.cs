using System.Text.Json.Serialization;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Abstractions;

/// <summary>Why a part of a blend failed.</summary>
[GenerateSerializer, Alias("LLMBlender.BlendFailureReason")]
[JsonConverter(typeof(SnakeCaseEnumConverter<BlendFailureReason>))]
public enum BlendFailureReason
{
    /// <summary>An internal error; the message describes it.</summary>
    Faulted,

    /// <summary>No answer before the deadline.</summary>
    TimedOut,

    /// <summary>The connection failed.</summary>
    Unreachable,

    /// <summary>Rejected because of overload; a later retry can succeed.</summary>
    Overloaded,

    /// <summary>Rejected permanently: credentials, content policy or an unsupported request.</summary>
    Refused,

    /// <summary>The answer contains no text.</summary>
    Empty,

    /// <summary>The answer does not have the requested format: not JSON, or a call that fits no tool.</summary>
    Invalid,
}
