using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;
using LLMBlender.Core.Fusion;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Scoring;
using LLMBlender.Local.Settings;

namespace LLMBlender.Local.Panels;

/// <summary>
/// The panels, backends and scorers of a process; the same on every silo that blends. Filled by one thread; then safe for concurrent use,
/// and replaced as a whole when the configuration changes.
/// </summary>
public sealed class PanelRegistry
{
    private volatile Content content = new();

    /// <summary>
    /// Whether failures contain what model servers wrote about their errors. False for a server, whose callers get a fixed text; true in a process whose
    /// user is the operator.
    /// </summary>
    public bool ShowsServerMessages { get; set; }

    /// <summary>Names and versions of the rankers and fusers that this process has loaded; empty for none.</summary>
    public string ModelsVersion { get; set; } = "";

    /// <summary>Adds a backend.</summary>
    /// <exception cref="ArgumentException">The name is not unique.</exception>
    public void Add(Backend backend)
    {
        ArgumentNullException.ThrowIfNull(backend);
        if (content.Scorers.ContainsKey(backend.Name))
        {
            throw new ArgumentException($"there are a backend and a scorer named \"{backend.Name}\"; names must differ", nameof(backend));
        }

        if (!content.Backends.TryAdd(backend.Name, backend))
        {
            throw new ArgumentException($"there are two backends named \"{backend.Name}\"; names must differ", nameof(backend));
        }
    }

    /// <summary>Adds a scorer.</summary>
    /// <exception cref="ArgumentException">The name is not unique among backends and scorers.</exception>
    public void Add(Scorer scorer)
    {
        ArgumentNullException.ThrowIfNull(scorer);
        if (content.Backends.ContainsKey(scorer.Name))
        {
            throw new ArgumentException($"there are a backend and a scorer named \"{scorer.Name}\"; names must differ", nameof(scorer));
        }

        if (!content.Scorers.TryAdd(scorer.Name, scorer))
        {
            throw new ArgumentException($"there are two scorers named \"{scorer.Name}\"; names must differ", nameof(scorer));
        }
    }

    /// <summary>Adds a panel; the first one is the default.</summary>
    /// <exception cref="ArgumentException">The name is not unique, there are no members, or a member is not a backend.</exception>
    public void Add(Panel panel)
    {
        ArgumentNullException.ThrowIfNull(panel);
        if (panel.Members.Length == 0)
        {
            throw new ArgumentException($"panel \"{panel.Name}\" has no members, and must have at least one", nameof(panel));
        }

        foreach (var member in panel.Members.Concat(panel.Offers))
        {
            if (!content.Backends.ContainsKey(member) && !panel.HasPanel(member))
            {
                throw new ArgumentException($"panel \"{panel.Name}\" names \"{member}\", and there is no such backend", nameof(panel));
            }
        }

        if (content.Panels.Exists(known => known.Name == panel.Name))
        {
            throw new ArgumentException($"there are two panels named \"{panel.Name}\"; names must differ", nameof(panel));
        }

        content.Panels.Add(panel);
    }

    /// <summary>Replaces the content with that of another registry. Running calls continue.</summary>
    public void ReplaceWith(PanelRegistry other)
    {
        ArgumentNullException.ThrowIfNull(other);
        content = other.content;
    }

    /// <summary>All panels, the default first.</summary>
    public IReadOnlyList<Panel> Panels => content.Panels;

    /// <summary>All backends.</summary>
    public IReadOnlyCollection<Backend> Backends => content.Backends.Values;

    /// <summary>Returns the backend with a name; null if there is none.</summary>
    public Backend? FindBackend(string name) => content.Backends.GetValueOrDefault(name);

    /// <summary>All scorers.</summary>
    public IReadOnlyCollection<Scorer> Scorers => content.Scorers.Values;

    /// <summary>Returns the scorer with a name; null if there is none.</summary>
    public Scorer? FindScorer(string name) => content.Scorers.GetValueOrDefault(name);

    /// <summary>Returns whether a ranker's name is that of a backend, which judges, or of a scorer.</summary>
    public bool HasRanker(string name) => content.Backends.ContainsKey(name) || content.Scorers.ContainsKey(name);

    /// <summary>Returns a panel.</summary>
    /// <param name="name">The panel's name; null for the default.</param>
    /// <exception cref="BlendException">There is no such panel.</exception>
    public Panel Find(string? name)
    {
        var panels = content.Panels;
        var panel = name is null ? panels.FirstOrDefault() : panels.Find(known => known.Name == name);
        return panel ?? throw BlendException.Invalid(
            "panel",
            name is null
                ? "there are no panels, and the request must contain candidates"
                : $"panel \"{name}\" is not known; known are {string.Join(", ", panels.Select(static known => known.Name).Order(StringComparer.Ordinal))}");
    }

    /// <summary>
    /// Finds a request's panel, and completes the request with the panel's defaults: values of the request have precedence, and the
    /// shorter of the two time limits applies.
    /// </summary>
    /// <returns>The completed request and its panel; the request itself and null if it contains candidates.</returns>
    /// <exception cref="BlendException">There is no such panel, or it does not forward a feature that the request needs.</exception>
    public (BlendRequest Request, Panel? Panel) Resolve(BlendRequest request)
    {
        if (request.Candidates is not null)
        {
            return (request, null);
        }

        var panel = PanelComposer.Compose(Find(request.Panel), request, PriceOf);
        RequestRules.CheckForm(request, panel.Name, panel.Passes);
        var completed = request with
        {
            Ranker = request.Ranker ?? panel.Ranker,
            Aggregation = request.Aggregation ?? panel.Aggregation,
            Fuser = request.Fuser ?? panel.Fuser,
            TopK = request.TopK ?? panel.TopK,
            Timeout = panel.Deadline < request.Timeout ? panel.Deadline.Value : request.Timeout,
            FuserPrompt = panel.FuserPrompt,
            Judging = panel.Judging,
            Prior = panel.Prior,
        };
        return (completed, panel);
    }

    /// <summary>The sum of a member's prices of a million tokens; that of a model of one's own, without prices, is 0.</summary>
    internal decimal PriceOf(string member) => FindBackend(member) is { } backend
        ? (backend.Settings?.PromptPrice ?? 0) + (backend.Settings?.CompletionPrice ?? 0)
        : FindPanel(member)?.Slots().Sum(slot => PriceOf(slot.Backend)) ?? 0;

    /// <summary>The names of the backends below a panel, those of the panels among its members too.</summary>
    internal IEnumerable<string> BackendsOf(Panel panel) => panel.Members.SelectMany(member =>
        panel.HasPanel(member) ? FindPanel(member) is { } inner ? BackendsOf(inner) : [] : [member]).Distinct();

    private Panel? FindPanel(string name) => content.Panels.Find(known => known.Name == name);

    /// <summary>Describes the panels, the default first.</summary>
    public PanelInfo[] Describe() => [.. Panels.Select(panel => new PanelInfo(panel.Name, panel.Description, panel.Members, panel.Fuser)
    {
        Models = Array.ConvertAll(panel.Members, member => FindBackend(member)?.Settings?.Model ?? ""),
        Ranker = panel.Ranker,
        Aggregation = panel.Aggregation,
        TopK = panel.TopK,
        Examples = panel.Examples,
        Passes = panel.Passes,
        Strict = panel.Strict,
        KeepsMember = panel.KeepsMember,
        Sees = BackendsOf(panel).Any(member => FindBackend(member) is { Settings: null or { Sees: true } }),
        AnthropicMembers = Array.FindAll(panel.Members, member => FindBackend(member) is { Settings.Kind: BackendSettings.Anthropic }),
        IsPassThrough = panel is { Panels.Count: 0, Members.Length: 1, Samples: 1, Stages.Length: 0, Fuser: SelectFuser.FuserName },
        Rule = RuleOf(panel.Acceptance),
        IsRecorded = panel.IsRecorded,
        Cache = panel.Cache is not { } cache ? null : cache with
        {
            Version = PanelVersion.Of(panel.Version, this),
            IsGreedy = BackendsOf(panel).All(member => FindBackend(member) is { Settings.Temperature: 0 }),
        },
    })];

    private static PanelRule? RuleOf(AcceptanceRule? acceptance) => acceptance is null ? null : new PanelRule
    {
        Threshold = acceptance.Threshold,
        Ranker = acceptance.Calibration?.Ranker,
        Stages = [.. (acceptance.Calibration?.Stages ?? []).Select(static stage => new PanelRuleStage([.. stage.Members], stage.Slope, stage.Offset))],
    };

    private sealed class Content
    {
        public List<Panel> Panels { get; } = [];

        public Dictionary<string, Backend> Backends { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, Scorer> Scorers { get; } = new(StringComparer.Ordinal);
    }
}
