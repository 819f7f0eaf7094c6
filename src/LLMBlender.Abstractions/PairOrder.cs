using System.Text.Json.Serialization;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Abstractions;

/// <summary>The orders in which the ranker compares two candidates.</summary>
[GenerateSerializer, Alias("LLMBlender.PairOrder")]
[JsonConverter(typeof(SnakeCaseEnumConverter<PairOrder>))]
public enum PairOrder
{
    /// <summary>Both: the logit is M[a,b] − M[b,a].</summary>
    Both,

    /// <summary>a first: the logit is M[a,b].</summary>
    Ab,

    /// <summary>b first: the logit is M[b,a], above 0 if b is better.</summary>
    Ba,
}
