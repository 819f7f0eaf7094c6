using System.Globalization;
using LLMBlender.Abstractions;
using LLMBlender.Core.Fusion;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Core.Blending;

/// <summary>Validation rules for requests; error messages contain the field, its value and the rule.</summary>
public static class RequestRules
{
    /// <summary>Requires that instruction or input contains text.</summary>
    public static void CheckSource(string instruction, string? input)
    {
        if (string.IsNullOrEmpty(instruction) && string.IsNullOrEmpty(input))
        {
            throw BlendException.Invalid("instruction", "\"instruction\" is empty, and without an \"input\" it must have text");
        }
    }

    /// <summary>Requires at least one candidate, and no more than the maximum.</summary>
    public static void CheckCandidates(Candidate[] candidates)
    {
        if (candidates.Length is 0 or > ComparisonMatrix.MaxCandidates)
        {
            throw BlendException.Invalid(
                "candidates", $"\"candidates\" lists {candidates.Length}, and must list from 1 to {ComparisonMatrix.MaxCandidates}");
        }
    }

    /// <summary>The maximum number of pairs that a server compares for one ranking: all pairs of 141 candidates.</summary>
    public const int MaxPairs = 20_000;

    /// <summary>
    /// Requires at most <see cref="MaxPairs"/> pairs. Sorting aggregations compare few pairs at a time until the time limit, and accept as many candidates as
    /// <see cref="CheckCandidates"/>.
    /// </summary>
    public static void CheckPairs(RankingRequest request)
    {
        var count = (long)request.Candidates.Length;
        var aggregation = request.Aggregation ?? RankingEngines.Default;
        if (request is { Reference: null, ReferenceMode: null } && RankingEngines.MayCompareAll(aggregation) && count * (count - 1) > MaxPairs)
        {
            throw BlendException.Invalid(
                "candidates",
                $"\"candidates\" lists {count}, and {aggregation} compares up to {count * (count - 1)} pairs: at most {MaxPairs} are allowed; give fewer candidates, or \"aggregate\": \"{BubbleSort.Aggregation}\"");
        }
    }

    /// <summary>Requires a known aggregation.</summary>
    public static void CheckAggregation(string? aggregation)
    {
        if (aggregation is not null && !RankingEngines.Names.Contains(aggregation))
        {
            throw BlendException.Invalid(
                "aggregate", $"\"aggregate\" is \"{aggregation}\", and must be one of {string.Join(", ", RankingEngines.Names)}");
        }
    }

    /// <summary>Requires that at least one candidate is fused.</summary>
    public static void CheckTopK(int? topK)
    {
        if (topK < 1)
        {
            throw BlendException.Invalid("top_k", $"\"top_k\" is {topK}, and must be at least 1");
        }
    }

    /// <summary>Requires a panel for response formats and tools, and distinct tool names.</summary>
    public static void CheckForm(BlendRequest request)
    {
        if (Feature(request) is { } feature && request.Candidates is not null)
        {
            throw BlendException.Invalid(feature, $"\"{feature}\" asks a panel, and \"candidates\" are given");
        }

        if (request.Tools is { } offer && (offer.Tools.Length == 0 || offer.Tools.DistinctBy(static tool => tool.Name).Count() < offer.Tools.Length))
        {
            throw BlendException.Invalid(ForwardedFeature.Tools, "\"tools\" must hold at least one, and each must have a name of its own");
        }

        if (Feature(request) is { } requested && request.Fuser is not (null or SelectFuser.FuserName))
        {
            throw BlendException.Invalid("fuser", $"\"fuser\" is \"{request.Fuser}\", and with \"{requested}\" the best answer is given as it is: it must be absent or {SelectFuser.FuserName}");
        }
    }

    /// <summary>Requires that the panel forwards every feature that the request uses.</summary>
    /// <param name="request">The request.</param>
    /// <param name="panel">The panel's name.</param>
    /// <param name="forwarded">The features forwarded to the members: values of <see cref="ForwardedFeature"/>.</param>
    public static void CheckForm(BlendRequest request, string panel, string[] forwarded)
    {
        Refuse(request.Format is not null, ForwardedFeature.ResponseFormat);
        Refuse(request.Tools is not null, ForwardedFeature.Tools);

        void Refuse(bool isRequested, string feature)
        {
            if (isRequested && !forwarded.Contains(feature))
            {
                throw BlendException.Invalid(feature, $"\"{feature}\" is not supported: panel \"{panel}\" does not forward it");
            }
        }
    }

    /// <summary>
    /// Validates a blend request; forwarded features are checked by <see cref="CheckForm(BlendRequest, string, string[])"/>.
    /// </summary>
    /// <exception cref="BlendException">The request is invalid.</exception>
    public static void Check(BlendRequest request)
    {
        CheckSource(request.Instruction, request.Input);
        CheckAggregation(request.Aggregation);
        CheckTopK(request.TopK);
        CheckForm(request);
        CheckComposition(request);
        if (request.Candidates is { } candidates)
        {
            CheckCandidates(candidates);
            if (request.Panel is not null)
            {
                throw BlendException.Invalid("panel", "\"panel\" and \"candidates\" exclude each other: give one or the other");
            }
        }
    }

    /// <summary>Requires numbers in their ranges, stages with members, and a panel.</summary>
    public static void CheckComposition(BlendRequest request)
    {
        if (request.Composition is not { } made)
        {
            return;
        }

        if (request.Candidates is not null)
        {
            throw BlendException.Invalid("candidates", $"\"candidates\" are given, and \"{PanelOverride.In(request with { Ranker = null, Aggregation = null, Fuser = null, TopK = null }).First()}\" is of a panel");
        }

        if (made is { Members: not null, Stages: not null })
        {
            throw BlendException.Invalid(PanelOverride.Members, "\"members\" and \"stages\" exclude each other: give one or the other");
        }

        if (made.Members is { } members && (members.Length == 0 || Array.Exists(members, static member => member is null) || members.Distinct().Count() < members.Length))
        {
            throw BlendException.Invalid(PanelOverride.Members, "\"members\" must list at least one, and each once; \"stages\" lists a member as often as it is asked");
        }

        if (made.Stages is { } stages && (stages.Length == 0 || Array.Exists(stages, static stage => stage is null or [] || Array.Exists(stage, static member => member is null))))
        {
            throw BlendException.Invalid(PanelOverride.Stages, "\"stages\" must list at least one stage, and each must list at least one member");
        }

        Between(PanelOverride.Confidence, made.Confidence is null or >= 0 and <= 1, made.Confidence, "from 0 to 1");
        Between(PanelOverride.MaxCost, made.MaxCost is null or > 0, made.MaxCost, "above 0");
        Between(PanelOverride.MaxCalls, made.MaxCalls is null or > 0, made.MaxCalls, "at least 1");
        foreach (var (member, effort) in made.Efforts ?? [])
        {
            Between($"{PanelOverride.Effort}.{member}", effort is { Length: > 0 and <= 32 } && effort.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'), effort, "a word such as low, medium or high");
        }

        static void Between(string field, bool isValid, object? value, string rule)
        {
            if (!isValid)
            {
                throw BlendException.Invalid(field, string.Create(CultureInfo.InvariantCulture, $"\"{field}\" is {value}, and must be {rule}"));
            }
        }
    }

    private static string? Feature(BlendRequest request) =>
        request.Tools is not null ? ForwardedFeature.Tools : request.Format is not null ? ForwardedFeature.ResponseFormat : null;
}
