
namespace LLMBlender.Local.Settings;

/// <summary>A panel in a configuration: backends with limits and defaults, or recorded answers.</summary>
public sealed record PanelSettings
{
    /// <summary>The value of <see cref="StageOrder"/> for stages by price.</summary>
    public const string ByPrice = "price";

    /// <summary>The name that requests use.</summary>
    public string Name { get; set; } = "";

    /// <summary>The panel's purpose, which lists of panels show.</summary>
    public string Description { get; set; } = "";

    /// <summary>The names of the panel's backends. Excludes <see cref="Records"/> and <see cref="Stages"/>.</summary>
    public string[] Members { get; set; } = [];

    /// <summary>
    /// The names of the backends that are asked by stage, each as often as it is listed; the next stage is asked only while the best answer so far is
    /// not accepted. Needs <see cref="Confidence"/>, <see cref="Risk"/>, <see cref="Worth"/> or <see cref="Agree"/>. Excludes <see cref="Members"/> and <see cref="Samples"/>.
    /// </summary>
    public string[][] Stages { get; set; } = [];

    /// <summary>
    /// <c>price</c> to ask the members by stage: first the two cheapest, then one at a time. Needs <see cref="Confidence"/>, <see cref="Risk"/>, <see cref="Worth"/> or <see cref="Agree"/>.
    /// Null for no order.
    /// </summary>
    public string? StageOrder { get; set; }

    /// <summary>
    /// The confidence from which the best answer so far is accepted: it is the answer, unchanged, and no further stage is asked. From 0 to 1; null for
    /// no such rule. Excludes <see cref="Risk"/>.
    /// </summary>
    public double? Confidence { get; set; }

    /// <summary>
    /// The share of accepted answers that may be wrong, on questions like those of <see cref="Calibration"/>. Above 0 and below 1; null for no such rule.
    /// </summary>
    public double? Risk { get; set; }

    /// <summary>
    /// How many answers that say the same are the answer, unchanged and unranked: so many samples of each backend are asked first, then one at a time up to
    /// <see cref="Samples"/>, or the stages one by one. Equal is a text apart from letter case, white space and final marks. From 2; null for no such rule.
    /// </summary>
    public int? Agree { get; set; }

    /// <summary>
    /// What a right answer instead of a wrong one is worth, in the currency of the backends' prices: the next stage is asked only if it is expected to cost at most this times the
    /// probability that the best answer so far is wrong. Above 0; null for no such rule. Needs stages, and a ranker that is calibrated or a <see cref="Calibration"/>.
    /// </summary>
    public decimal? Worth { get; set; }

    /// <summary>The file of the panel's calibration, written by <c>llmblender calibrate</c>; null for the ranker's own confidence.</summary>
    public string? Calibration { get; set; }

    /// <summary>
    /// A ranker that ranks the answers again after each response, which does not wait for it: <c>llmblender_panel_shadows_total</c> counts how often its best answer is that of
    /// the panel's ranker. Null for none.
    /// </summary>
    public string? Shadow { get; set; }

    /// <summary>
    /// Whether its blends are recorded, with questions, answers and rankings, in the folder <c>LLMBlender:Gateway:Recording:Folder</c>. A caller with <c>Record</c> false and a
    /// request with the header <c>x-llmblender-record: off</c> are not recorded.
    /// </summary>
    public bool Record { get; set; }

    /// <summary>
    /// The file of a route, written by <c>llmblender learn route</c>: only the members that are worth it for the question are asked, and the others if
    /// no answer comes from those or it is not accepted. Null to ask all members. Excludes <see cref="Stages"/>, <see cref="StageOrder"/> and <see cref="Calibration"/>.
    /// </summary>
    public string? Route { get; set; }

    /// <summary>A file of recorded answers, in the format of <c>blend</c>'s records with candidates.</summary>
    public string? Records { get; set; }

    /// <summary>Answers requested from each backend. From 1.</summary>
    public int Samples { get; set; } = 1;

    /// <summary>The time limit of a whole blend; a request may set a shorter one. Null for the request's.</summary>
    public TimeSpan? Deadline { get; set; }

    /// <summary>The time limit of each member; null for the panel's share of the request's time.</summary>
    public TimeSpan? MemberTimeout { get; set; }

    /// <summary>The panel's share of a request's time; the rest is for ranking and fusing. Above 0, at most 1.</summary>
    public double TimeShare { get; set; } = 0.7;

    /// <summary>Answers after which the others get only <see cref="Grace"/>, and without which the blend fails; null to wait for all and require one.</summary>
    public int? Quorum { get; set; }

    /// <summary>How long the other answers are awaited after the quorum is reached.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The share of calls that may be hedged because a member is slow; 0 for none, at most 1.</summary>
    public double HedgeBudget { get; set; }

    /// <summary>The latency above which a member is slow; null for the quantile of its last latencies that the budget allows, at least 0.95.</summary>
    public TimeSpan? HedgeAfter { get; set; }

    /// <summary>The ranker, a scorer, or a backend that judges pairs; null for the default ranker.</summary>
    public string? Ranker { get; set; }

    /// <summary>
    /// A ranker or a scorer that scores each candidate alone, such as <c>reward-minilm</c>: the aggregations <c>adaptive</c> and <c>adaptive-best</c> begin with its
    /// scores, so that the ranker compares fewer pairs. Null for none.
    /// </summary>
    public string? Prior { get; set; }

    /// <summary>The aggregation of comparisons to a ranking; null for the default.</summary>
    public string? Aggregate { get; set; }

    /// <summary>The number of best candidates to fuse; null for the fuser's default.</summary>
    public int? TopK { get; set; }

    /// <summary>The fuser: <c>select</c>, or the name of a fuser or backend; null for the default.</summary>
    public string? Fuser { get; set; }

    /// <summary>
    /// The prompt of a fuser that is a backend: <c>default</c>, <c>concise</c>, <c>synthesis</c>, <c>code</c>, or a template with <c>{instruction}</c> and
    /// <c>{candidates}</c>. Null for the default. Needs a <see cref="Fuser"/> that is a backend.
    /// </summary>
    public string? FuserPrompt { get; set; }

    /// <summary>
    /// The prompt of a ranker that is a backend, which judges pairs: <c>default</c>, <c>factual</c>, <c>instructions</c>, <c>code</c>, or a template with
    /// <c>{instruction}</c>, <c>{a}</c> and <c>{b}</c>. Null for the default. Needs a <see cref="Ranker"/> that is a backend.
    /// </summary>
    public string? JudgePrompt { get; set; }

    /// <summary>
    /// What counts first for a ranker that is a backend, such as <c>correct</c> and <c>short</c>; the most important first. At most 16 of one line and 200 characters each.
    /// Needs a <see cref="Ranker"/> that is a backend.
    /// </summary>
    public string[] Criteria { get; set; } = [];

    /// <summary>
    /// The features that the panel forwards to its members, all of which must support them: <c>response_format</c>, <c>tools</c>.
    /// The best answer is then returned unchanged. Excludes <see cref="Records"/>.
    /// </summary>
    public string[] Passes { get; set; } = [];

    /// <summary>Whether only the member that made tool calls is asked with their results, until it answers without calls.</summary>
    public bool KeepsMember { get; set; }

    /// <summary>Whether a field of a request that a member does not take fails that member, instead of being left out with a warning.</summary>
    public bool Strict { get; set; }

    /// <summary>
    /// What requests may change: <c>members</c>, <c>stages</c>, <c>confidence</c>, <c>max_cost</c>, <c>max_calls</c>, <c>effort</c>, <c>ranker</c>,
    /// <c>aggregate</c>, <c>fuser</c>, <c>top_k</c>. Null for the last four; empty for nothing.
    /// </summary>
    public string[]? Overrides { get; set; }

    /// <summary>Backends and panels that requests may name as members besides the panel's own. Needs <c>members</c> or <c>stages</c> in <see cref="Overrides"/>.</summary>
    public string[] Offers { get; set; } = [];

    /// <summary>
    /// The cost that the members' answers are not to exceed, in the currency of the backends' prices; above 0, null for no limit. A member is asked only if its
    /// expected cost is within what is left.
    /// </summary>
    public decimal? MaxCost { get; set; }

    /// <summary>Maximum number of answers that are asked from members. From 1; null for no limit.</summary>
    public int? MaxCalls { get; set; }

    /// <summary>How much members reason, as <c>reasoning_effort</c> in requests: low, medium, high, or what their servers take. Null for the request's.</summary>
    public string? Effort { get; set; }

    /// <summary>Panels like this one with other values, named <c>PANEL:VARIANT</c>.</summary>
    public PanelVariant[] Variants { get; set; } = [];

    /// <summary>
    /// How long an answer is kept and given again to equal requests; null for no cache. Answers that were cut, had a failed member or were sampled at a
    /// temperature above 0 are not kept. From 1 second to 365 days. Excludes <see cref="Records"/>.
    /// </summary>
    public TimeSpan? Cache { get; set; }

    /// <summary>Whether a caller gets answers that other callers asked for, which tells it what they asked. Needs <see cref="Cache"/>.</summary>
    public bool CacheShared { get; set; }

    /// <summary>Whether answers that are sampled at a temperature above 0, or at the servers' own, are kept too. Needs <see cref="Cache"/>.</summary>
    public bool CacheSampled { get; set; }

    /// <summary>Whether only requests with <c>"cache": true</c> use the cache. Needs <see cref="Cache"/>.</summary>
    public bool CacheOnRequest { get; set; }
}
