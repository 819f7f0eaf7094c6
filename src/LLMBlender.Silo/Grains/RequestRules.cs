using LLMBlender.Abstractions;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Silo.Grains;

/// <summary>What every request must keep to; errors name the field, its value and the rule.</summary>
internal static class RequestRules
{
    /// <summary>Instruction or input must say something.</summary>
    public static void CheckSource(string instruction, string? input)
    {
        if (string.IsNullOrEmpty(instruction) && string.IsNullOrEmpty(input))
        {
            throw BlendException.Invalid("instruction", "\"instruction\" is empty, and without an \"input\" it must say something");
        }
    }

    /// <summary>There must be candidates, and not too many.</summary>
    public static void CheckCandidates(Candidate[] candidates)
    {
        if (candidates.Length is 0 or > ComparisonMatrix.MaxCandidates)
        {
            throw BlendException.Invalid(
                "candidates", $"\"candidates\" lists {candidates.Length}, and must list from 1 to {ComparisonMatrix.MaxCandidates}");
        }
    }

    /// <summary>The aggregation must be known.</summary>
    public static void CheckAggregation(string? aggregation)
    {
        if (aggregation is not null && !RankingEngines.Names.Contains(aggregation))
        {
            throw BlendException.Invalid(
                "aggregate", $"\"aggregate\" is \"{aggregation}\", and must be one of {string.Join(", ", RankingEngines.Names)}");
        }
    }

    /// <summary>At least one candidate is fused.</summary>
    public static void CheckTopK(int? topK)
    {
        if (topK < 1)
        {
            throw BlendException.Invalid("top_k", $"\"top_k\" is {topK}, and must be at least 1");
        }
    }
}
