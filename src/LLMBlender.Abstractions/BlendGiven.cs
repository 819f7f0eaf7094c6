using System.Text.Json.Serialization;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Abstractions;

/// <summary>What a blend gives as its answer.</summary>
[GenerateSerializer, Alias("LLMBlender.BlendGiven")]
[JsonConverter(typeof(SnakeCaseEnumConverter<BlendGiven>))]
public enum BlendGiven
{
    /// <summary>What the fuser wrote.</summary>
    Fused,

    /// <summary>The best candidate, as it is.</summary>
    Best,
}
