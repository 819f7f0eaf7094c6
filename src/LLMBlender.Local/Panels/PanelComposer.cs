using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Local.Panels;

/// <summary>Applies what a request changes of its panel.</summary>
internal static class PanelComposer
{
    /// <summary>Returns the panel as the request wants it.</summary>
    /// <param name="panel">The panel.</param>
    /// <param name="request">The request, without the panel's defaults.</param>
    /// <param name="price">The price of a member, for stages by price.</param>
    /// <exception cref="BlendException">The panel does not let requests change what this one changes, or a value does not fit the panel.</exception>
    public static Panel Compose(Panel panel, BlendRequest request, Func<string, decimal> price)
    {
        foreach (var change in PanelOverride.In(request))
        {
            if (!panel.Overrides.Contains(change))
            {
                throw BlendException.Invalid(
                    change,
                    $"\"{change}\" is not for requests to panel \"{panel.Name}\", which may set {(panel.Overrides.Count == 0 ? "nothing" : string.Join(", ", panel.Overrides))}; its Overrides in the configuration say so");
            }
        }

        if (request.Composition is not { } made)
        {
            return panel;
        }

        CheckNames(panel, made);
        var composed = WithMembers(panel, made, price);
        composed = WithRule(panel, composed, made);
        return composed with
        {
            Route = made is { Members: null, Stages: null } ? panel.Route : null,
            MaxCost = Least(made.MaxCost, panel.MaxCost),
            MaxCalls = Least(made.MaxCalls, panel.MaxCalls),
            Quorum = panel.Quorum is { } quorum ? Math.Min(quorum, composed.Slots().Length) : null,
        };
    }

    private static void CheckNames(Panel panel, Composition made)
    {
        var named = made.Members is not null ? PanelOverride.Members : PanelOverride.Stages;
        foreach (var name in made.Members ?? made.Stages?.SelectMany(static stage => stage) ?? [])
        {
            if (!panel.Members.Contains(name) && !panel.Offers.Contains(name))
            {
                throw BlendException.Invalid(
                    named, $"\"{named}\" names \"{name}\", and panel \"{panel.Name}\" has {string.Join(", ", panel.Members.Concat(panel.Offers).Distinct())}");
            }
        }

        foreach (var name in made.Efforts?.Keys.Where(static name => name != Composition.EveryMember) ?? [])
        {
            if (!panel.Members.Contains(name) && !panel.Offers.Contains(name))
            {
                throw BlendException.Invalid(
                    PanelOverride.Effort, $"\"{PanelOverride.Effort}\" names \"{name}\", and must name members of panel \"{panel.Name}\", or {Composition.EveryMember} for all");
            }
        }
    }

    private static Panel WithMembers(Panel panel, Composition made, Func<string, decimal> price)
    {
        if (made.Stages is { } stages)
        {
            var count = stages.Sum(static stage => stage.Length);
            return count <= ComparisonMatrix.MaxCandidates
                ? panel with { Members = [.. stages.SelectMany(static stage => stage).Distinct()], Stages = stages, IsByPrice = false }
                : throw BlendException.Invalid(PanelOverride.Stages, $"\"stages\" list {count} answers, and must list at most {ComparisonMatrix.MaxCandidates}");
        }

        if (made.Members is not { } members)
        {
            return panel;
        }

        var chosen = panel with { Members = members };
        return panel.IsByPrice ? chosen.ByPrice(price) : panel.Stages.Length == 0 ? chosen : chosen with { Stages = Kept(panel.Stages, members) };
    }

    // The panel's stages without the members that are not chosen; those that it only offers are asked last.
    private static string[][] Kept(string[][] stages, string[] members)
    {
        var listed = stages.SelectMany(static stage => stage).ToHashSet();
        string[][] kept = [.. stages.Select(stage => Array.FindAll(stage, members.Contains)).Where(static stage => stage.Length > 0)];
        var offered = Array.FindAll(members, member => !listed.Contains(member));
        return offered.Length == 0 ? kept : [.. kept, offered];
    }

    // A calibration is of the panel's own members and stages.
    private static Panel WithRule(Panel panel, Panel composed, Composition made)
    {
        var isSame = composed.StageSlots().Select(Names).SequenceEqual(panel.StageSlots().Select(Names), Sequences.Instance);
        var calibration = isSame ? panel.Acceptance?.Calibration : null;
        var threshold = made.Confidence ?? (isSame || panel.Acceptance?.Calibration is null ? panel.Acceptance?.Threshold : null);
        if (threshold is null && composed.Stages.Length > 1 && panel.Acceptance is not ({ Agree: not null } or { Worth: not null }))
        {
            throw BlendException.Invalid(
                PanelOverride.Confidence, $"\"{PanelOverride.Confidence}\" is missing, and must be a number from 0 to 1 where there are stages: panel \"{panel.Name}\" has no rule for these members");
        }

        return composed with
        {
            Acceptance = threshold is null && calibration is null && panel.Acceptance is not ({ Agree: not null } or { Worth: not null }) ? null
                : new AcceptanceRule(threshold, calibration) { Agree = panel.Acceptance?.Agree, Worth = panel.Acceptance?.Worth },
        };
    }

    private static string[] Names((string Backend, int Sample, string Name)[] stage) => Array.ConvertAll(stage, static slot => slot.Name);

    private static T? Least<T>(T? one, T? other)
        where T : struct, IComparable<T> => one is null || other?.CompareTo(one.Value) < 0 ? other : one;

    private sealed class Sequences : IEqualityComparer<string[]>
    {
        public static Sequences Instance { get; } = new();

        public bool Equals(string[]? x, string[]? y) => x!.SequenceEqual(y!);

        public int GetHashCode(string[] obj) => obj.Length;
    }
}
