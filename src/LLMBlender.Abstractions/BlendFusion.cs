using System.Text.Json.Serialization;

namespace LLMBlender.Abstractions;

/// <summary>How a blend's answer was chosen between what the fuser wrote and the best candidate.</summary>
/// <param name="Fuser">Who was asked to fuse.</param>
/// <param name="Given">Which of the two is the answer.</param>
/// <param name="Margin">
/// By how much the ranker prefers the fused answer to the best candidate, both orders together: below 0, the best candidate
/// is the answer. Null where the two were not compared.
/// </param>
[GenerateSerializer, Immutable, Alias("LLMBlender.BlendFusion")]
public sealed record BlendFusion(
    [property: Id(0)] string Fuser, [property: Id(1)] BlendGiven Given, [property: Id(2), JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? Margin);
