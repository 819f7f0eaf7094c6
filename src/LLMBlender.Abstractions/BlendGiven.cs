using System.Text.Json.Serialization;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Abstractions;

/// <summary>Which text is a blend's answer.</summary>
[GenerateSerializer, Alias("LLMBlender.BlendGiven")]
[JsonConverter(typeof(SnakeCaseEnumConverter<BlendGiven>))]
public enum BlendGiven
{
    /// <summary>The fused answer.</summary>
    Fused,

    /// <summary>The best candidate, unchanged.</summary>
    Best,
}
