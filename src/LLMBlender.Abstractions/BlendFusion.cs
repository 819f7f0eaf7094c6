using System.Text.Json.Serialization;

namespace LLMBlender.Abstractions;

/// <summary>How a blend's answer was chosen: the fused answer or the best candidate.</summary>
/// <param name="Fuser">The fuser's name.</param>
/// <param name="Given">Which of the two is the answer.</param>
/// <param name="Margin">
/// The ranker's logit of the fused answer against the best candidate, both orders: M[f,b] − M[b,f]. Below 0 the best candidate is
/// the answer. Null if the two were not compared.
/// </param>
[GenerateSerializer, Immutable, Alias("LLMBlender.BlendFusion")]
public sealed record BlendFusion(
    [property: Id(0)] string Fuser, [property: Id(1)] BlendGiven Given, [property: Id(2), JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? Margin)
{
    /// <summary>The calibrated probability that the fused answer is better than the best candidate; null without a calibrated margin.</summary>
    [Id(3)]
    public double? Probability { get; init; }
}
