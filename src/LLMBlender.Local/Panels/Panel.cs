using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;
using LLMBlender.Local.Settings;

namespace LLMBlender.Local.Panels;

/// <summary>A group of backends that answer the same request, with its time limits and its defaults for ranking and fusing.</summary>
/// <param name="Name">The name that requests use.</param>
/// <param name="Members">The backends' names, at least one.</param>
public sealed record Panel(string Name, string[] Members)
{
    /// <summary>The panel's purpose.</summary>
    public string Description { get; init; } = "";

    /// <summary>Answers requested from each backend, from 1.</summary>
    public int Samples { get; init; } = 1;

    /// <summary>Answers after which the others get only <see cref="Grace"/>, and without which the blend fails; null to wait for all and require one.</summary>
    public int? Quorum { get; init; }

    /// <summary>How long the other answers are awaited after the quorum is reached.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The time limit of a whole blend; null for the request's.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>The time limit of each member; null for the panel's share of the request's time.</summary>
    public TimeSpan? MemberTimeout { get; init; }

    /// <summary>The panel's share of a request's time; the rest is for ranking and fusing. Above 0, at most 1.</summary>
    public double TimeShare { get; init; } = 0.7;

    /// <summary>The share of calls that may be hedged because a member is slow; 0 for none, at most 1.</summary>
    public double HedgeBudget
    {
        get;
        init => (field, Hedges) = (value, new HedgeBudget(value));
    }

    /// <summary>The latency above which a member is slow; null for a quantile of its last latencies.</summary>
    public TimeSpan? HedgeAfter { get; init; }

    /// <summary>The ranker of requests that name none; null for the default.</summary>
    public string? Ranker { get; init; }

    /// <summary>The ranker that scores each candidate alone, whose scores an adaptive aggregation begins with; null for none.</summary>
    public string? Prior { get; init; }

    /// <summary>The aggregation of requests that name none; null for the default.</summary>
    public string? Aggregation { get; init; }

    /// <summary>The number of candidates to fuse in requests that set none; null for the fuser's default.</summary>
    public int? TopK { get; init; }

    /// <summary>The fuser of requests that name none; null for the default.</summary>
    public string? Fuser { get; init; }

    /// <summary>The prompt of a fuser that is a chat model: the name of a preset, or a template; null for the default.</summary>
    public string? FuserPrompt { get; init; }

    /// <summary>How a ranker that is a chat model judges; null for the default.</summary>
    public JudgeRules? Judging { get; init; }

    /// <summary>The features that the panel forwards to its members; values of <see cref="ForwardedFeature"/>.</summary>
    public string[] Passes { get; init; } = [];

    /// <summary>Whether only the member that made tool calls is asked with their results, until it answers without calls.</summary>
    public bool KeepsMember { get; init; }

    /// <summary>Whether a field of a request that a member does not take fails that member, instead of being left out with a warning.</summary>
    public bool Strict { get; init; }

    /// <summary>The only instructions that the panel can answer; empty for a panel that can answer any.</summary>
    public string[] Examples { get; init; } = [];

    /// <summary>The backends that are asked by stage, each as often as it is listed; empty to ask all members at once.</summary>
    public string[][] Stages { get; init; } = [];

    /// <summary>When the best answer so far is accepted; null if there is no such rule.</summary>
    public AcceptanceRule? Acceptance { get; init; }

    /// <summary>Those of its members and offers that are panels.</summary>
    public IReadOnlySet<string> Panels { get; init; } = new HashSet<string>();

    /// <summary>Whether its stages follow from the members' prices.</summary>
    public bool IsByPrice { get; init; }

    /// <summary>What requests may change: values of <see cref="PanelOverride"/>.</summary>
    public IReadOnlyList<string> Overrides { get; init; } = PanelOverride.Default;

    /// <summary>Backends and panels that requests may name as members besides <see cref="Members"/>.</summary>
    public string[] Offers { get; init; } = [];

    /// <summary>The limit of the members' cost; null for none.</summary>
    public decimal? MaxCost { get; init; }

    /// <summary>The limit of the members' answers; null for none.</summary>
    public int? MaxCalls { get; init; }

    /// <summary>The effort of members without one of their own; null for none.</summary>
    public string? Effort { get; init; }

    /// <summary>A hash of its settings; empty if it has none.</summary>
    public string Version { get; init; } = "";

    /// <summary>How its answers are kept and given again, without the version of what they depend on; null if they are not.</summary>
    public PanelCache? Cache { get; init; }

    /// <summary>A ranker that ranks the answers again after the response, so that its agreement is measured; null for none.</summary>
    public string? Shadow { get; init; }

    /// <summary>Whether gateways record its blends.</summary>
    public bool IsRecorded { get; init; }

    /// <summary>Which members are worth asking for a question; null to ask all.</summary>
    public PanelRoute? Route { get; init; }

    /// <summary>The probabilities by which a route divided the members; null if there was none.</summary>
    public IReadOnlyDictionary<string, double>? Probabilities { get; init; }

    /// <summary>The remaining budget of hedged calls.</summary>
    public HedgeBudget Hedges { get; private init; } = new(0);

    /// <summary>Whether a member is a panel.</summary>
    public bool HasPanel(string member) => Panels.Contains(member);

    /// <summary>Returns each sample of each member with the name of its answer: <c>a</c>, <c>a#2</c>, <c>b</c>, <c>b#2</c>.</summary>
    public (string Backend, int Sample, string Name)[] Slots() => [.. StageSlots().SelectMany(static stage => stage)];

    /// <summary>Returns the samples by stage; one stage if all members are asked at once.</summary>
    public (string Backend, int Sample, string Name)[][] StageSlots()
    {
        var asked = new Dictionary<string, int>(StringComparer.Ordinal);
        return Stages.Length > 0
            ? Array.ConvertAll(Stages, stage => Array.ConvertAll(stage, member => Slot(member, asked[member] = asked.GetValueOrDefault(member) + 1)))
            : [[.. Members.SelectMany(member => Enumerable.Range(1, Samples).Select(number => Slot(member, number)))]];
    }

    /// <summary>Creates a panel from validated settings.</summary>
    public static Panel Create(PanelSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new Panel(settings.Name, settings.Stages.Length > 0 ? [.. settings.Stages.SelectMany(static stage => stage).Distinct()] : settings.Members)
        {
            Stages = settings.Stages,
            Description = settings.Description,
            Samples = settings.Samples,
            Quorum = settings.Quorum,
            Grace = settings.Grace,
            Deadline = settings.Deadline,
            MemberTimeout = settings.MemberTimeout,
            TimeShare = settings.TimeShare,
            HedgeBudget = settings.HedgeBudget,
            HedgeAfter = settings.HedgeAfter,
            Ranker = settings.Ranker,
            Prior = settings.Prior,
            Aggregation = settings.Aggregate,
            TopK = settings.TopK,
            Fuser = settings.Fuser,
            FuserPrompt = settings.FuserPrompt,
            Judging = settings is { JudgePrompt: null, Criteria.Length: 0 } ? null : new JudgeRules(settings.JudgePrompt, settings.Criteria),
            Passes = settings.Passes,
            Strict = settings.Strict,
            KeepsMember = settings.KeepsMember,
            IsRecorded = settings.Record,
            Shadow = settings.Shadow,
            Overrides = settings.Overrides ?? PanelOverride.Default,
            Offers = settings.Offers,
            MaxCost = settings.MaxCost,
            MaxCalls = settings.MaxCalls,
            Effort = settings.Effort,
        };
    }

    /// <summary>Returns this panel with stages by price: first the two cheapest members, because one answer alone is not compared, then one member at a time.</summary>
    /// <param name="price">The price of a member's backend.</param>
    public Panel ByPrice(Func<string, decimal> price)
    {
        var ordered = Members.OrderBy(price).ToArray();
        string[][] stages = [[.. ordered.Take(2)], .. ordered.Skip(2).Select(static member => new[] { member })];
        return this with { IsByPrice = true, Stages = Array.ConvertAll(stages, stage => stage.SelectMany(member => Enumerable.Repeat(member, Samples)).ToArray()) };
    }

    /// <summary>Returns this panel with the rule of its settings.</summary>
    /// <exception cref="ArgumentException">The calibration can't be read, or is of another panel or ranker.</exception>
    public Panel Accepting(PanelSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var calibration = settings.Calibration is { } file
            ? PanelCalibrationFile.Read(file).For(Name, Array.ConvertAll(StageSlots(), static stage => Array.ConvertAll(stage, static slot => slot.Name)), Ranker)
            : null;
        var threshold = settings.Risk is { } risk ? calibration?.ThresholdFor(risk) ?? double.PositiveInfinity : settings.Confidence;
        return threshold is null && calibration is null && settings is { Agree: null, Worth: null } ? this
            : this with { Acceptance = new AcceptanceRule(threshold, calibration) { Agree = settings.Agree, Worth = settings.Worth } };
    }

    /// <summary>
    /// Returns this panel with stages for answers that are to agree: as many samples of each member as must, then one of each at a time. A panel that has stages keeps them.
    /// </summary>
    public Panel ByAgreement(int? agree)
    {
        if (agree is not { } first || Stages.Length > 0 || Samples <= 1)
        {
            return this;
        }

        var start = Math.Min(Samples, (int)Math.Ceiling(first / (double)Members.Length));
        string[][] stages =
        [
            [.. Members.SelectMany(member => Enumerable.Repeat(member, start))],
            .. Enumerable.Range(0, Samples - start).SelectMany(_ => Members.Select(static member => new[] { member })),
        ];
        return this with { Stages = stages };
    }

    /// <summary>Returns this panel with the cache of its settings, whose files can be read.</summary>
    internal Panel Caching(PanelSettings settings) => this with
    {
        Version = PanelVersion.Of(settings),
        Cache = settings.Cache is not { } lifetime ? null : new PanelCache(lifetime, "")
        {
            IsShared = settings.CacheShared,
            KeepsSampled = settings.CacheSampled,
            OnRequest = settings.CacheOnRequest,
        },
    };

    /// <summary>
    /// Returns this panel with the stages of its route: the members that are worth asking for the request's question, then the others, which are asked
    /// only if no answer comes from those, or it is not accepted.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public async ValueTask<Panel> RoutedAsync(BlendRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Route is null || Stages.Length > 0 || request.Member is not null || await Route.ChooseAsync(Members, request, cancellationToken) is not { } choice)
        {
            return this;
        }

        string[][] stages = choice.Others.Length == 0 ? [choice.First] : [choice.First, choice.Others];
        return this with
        {
            Stages = Array.ConvertAll(stages, stage => stage.SelectMany(member => Enumerable.Repeat(member, Samples)).ToArray()),
            Probabilities = choice.Probabilities,
        };
    }

    private static (string Backend, int Sample, string Name) Slot(string member, int number) => (member, number - 1, number == 1 ? member : $"{member}#{number}");
}
