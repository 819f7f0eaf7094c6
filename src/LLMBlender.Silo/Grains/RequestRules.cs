using LLMBlender.Abstractions;
using LLMBlender.Core.Fusion;
using LLMBlender.Core.Ranking;
using LLMBlender.Silo.Backends;

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

    /// <summary>Only a panel's members can be asked for a form, and tools must be told apart.</summary>
    public static void CheckForm(BlendRequest request)
    {
        if (Wish(request) is { } wish && request.Candidates is not null)
        {
            throw BlendException.Invalid(wish, $"\"{wish}\" asks a panel, and \"candidates\" are there already");
        }

        if (request.Tools is { } offer && (offer.Tools.Length == 0 || offer.Tools.DistinctBy(static tool => tool.Name).Count() < offer.Tools.Length))
        {
            throw BlendException.Invalid(PanelWish.Tools, "\"tools\" must hold at least one, and each must have a name of its own");
        }

        if (Wish(request) is { } wished && request.Fuser is not (null or SelectFuser.FuserName))
        {
            throw BlendException.Invalid("fuser", $"\"fuser\" is \"{request.Fuser}\", and with \"{wished}\" the best answer is given as it is: it must be absent or {SelectFuser.FuserName}");
        }
    }

    /// <summary>The panel must pass on what its members are asked for.</summary>
    public static void CheckForm(BlendRequest request, Panel panel)
    {
        Refuse(request.Format is not null, PanelWish.ResponseFormat);
        Refuse(request.Tools is not null, PanelWish.Tools);

        void Refuse(bool isWished, string wish)
        {
            if (isWished && !panel.Passes.Contains(wish))
            {
                throw BlendException.Invalid(wish, $"\"{wish}\" can't be honoured: panel \"{panel.Name}\" does not pass it on");
            }
        }
    }

    private static string? Wish(BlendRequest request) =>
        request.Tools is not null ? PanelWish.Tools : request.Format is not null ? PanelWish.ResponseFormat : null;
}
