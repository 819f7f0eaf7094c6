using System.Globalization;
using LLMBlender.Abstractions;
using LLMBlender.Core.Fusion;

namespace LLMBlender.Core.Blending;

/// <summary>
/// The state of one blend between its steps. Chooses between the fused answer and the best candidate, and builds the response.
/// </summary>
/// <param name="request">The request.</param>
/// <param name="panel">The panel; null if the request contains candidates.</param>
/// <param name="timeProvider">Measures the duration of the steps.</param>
internal sealed class BlendState(BlendRequest request, ICandidateSource? panel, TimeProvider timeProvider)
{
    // How long a step waits for a silo while the cluster has none: long enough for one that restarts its connection, and short enough that
    // an answer without the step is given within two seconds.
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(1);

    // The retry delay returned to callers if an overloaded member specifies none.
    private static readonly TimeSpan DefaultRetryAfter = TimeSpan.FromSeconds(1);

    private readonly long start = timeProvider.GetTimestamp();
    private readonly List<BlendFailure> failures = [];
    private readonly List<StageReport> stages = [];
    private MemberReport[] members = [];
    private MemberReport[] answers = [];
    private Candidate[] candidates = [];
    private int[] order = [];
    private RankingResponse? ranking;
    private FuseResponse? fusion;
    private int stage;
    private int comparisons;
    private double? confidence;
    private double? margin;
    private string[] warnings = [];
    private double? probability;
    private RankerInfo? ranker;
    private bool guardFailed;
    private bool rankingFailed;
    private int guardComparisons;
    private StepUsage usage;
    private int[] agreed = [];
    private bool isNotWorth;
    private double memberSeconds;
    private double panelEnd;
    private double rankingEnd;

    /// <summary>The best candidate with text; the first of several tied ones.</summary>
    public Candidate Best => candidates[BestIndex];

    /// <summary>Whether the best candidate contains tool calls, so that there is no text to stream.</summary>
    public bool BestCallsTools => answers.ElementAtOrDefault(BestIndex)?.ToolUse is not null;

    /// <summary>
    /// Whether the only member's answer can only be passed on: a refusal, only reasoning, or tool calls that are invalid or that the request does
    /// not offer, which the caller can correct.
    /// </summary>
    public bool IsPassedOn { get; private set; }

    /// <summary>Whether the candidates are ranked.</summary>
    public bool IsRanked => ranking is not null;

    /// <summary>
    /// Whether candidates may be fused: they are ranked, and the request has no response format or tools, which fusion does not preserve.
    /// </summary>
    public bool CanFuse => ranking is not null && !IsAccepted && request is { Format: null, Tools: null };

    /// <summary>Whether the panel's rule accepts the best candidate; null if there is no rule, or nothing to decide.</summary>
    public bool? Acceptance => panel?.Acceptance is { Decides: true } && candidates.Length > 0 && !IsPassedOn ? IsAccepted : null;

    /// <summary>Whether as many answers are alike as the panel wants, so that there is nothing to rank.</summary>
    public bool HasAgreement => agreed.Length > 0;

    private bool IsAccepted => HasAgreement || isNotWorth || panel?.Acceptance?.Accepts(confidence) == true;

    /// <summary>Whether the answer is the fused one: fusion succeeded, and the answer did not lose against the best candidate.</summary>
    public bool IsFused => fusion is { Failure: null } && fusion.Fuser != SelectFuser.FuserName
        && !guardFailed && (margin is null || FusionGuard.Passes(margin.Value));

    /// <summary>The fused answer to compare with the best candidate; null if there is nothing to compare.</summary>
    public string? FusedToCompare =>
        fusion is { Failure: null } && fusion.Fuser != SelectFuser.FuserName && fusion.Answer != Best.Text ? fusion.Answer : null;

    /// <summary>Adds the time since a moment to that of the members.</summary>
    public void AddMemberTime(long since) => memberSeconds += timeProvider.GetElapsedTime(since).TotalSeconds;

    /// <summary>Takes candidates that the request gives.</summary>
    public void SetCandidates(Candidate[] given) => (candidates, order) = (given, [.. Enumerable.Range(0, given.Length)]);

    /// <summary>Takes the reports of the members that were asked so far, in the panel's order, after a stage that may not be the last.</summary>
    /// <param name="number">The number of the stage, from 0.</param>
    /// <param name="reports">The reports.</param>
    /// <returns>Whether there are answers to rank.</returns>
    public bool SetStage(int number, MemberReport[] reports)
    {
        SetAnswers(number, reports);
        return candidates.Length > 1 && !HasAgreement;
    }

    /// <summary>Decides whether the next stage can be worth its cost: it brings at most that the best answer so far is not wrong.</summary>
    /// <param name="cost">The expected cost.</param>
    public void WeighNext(decimal cost) =>
        isNotWorth = panel?.Acceptance?.Worth is { } worth && confidence is { } known && cost > worth * (decimal)(1 - known);

    /// <summary>Notes what follows from the stage's answers, if it is not noted yet.</summary>
    /// <param name="isSpent">Whether the request's limits allow no further stage.</param>
    /// <returns>Whether the best candidate is accepted with enough answers for the quorum.</returns>
    public bool EndStage(bool isSpent = false)
    {
        var isRouted = panel is { Probabilities: not null, Acceptance: null or { Decides: false } };
        var isEnough = (isRouted ? candidates.Length > 0 : IsAccepted) && answers.Length >= panel!.Quorum;
        if (stages.Count == stage)
        {
            var outcome = isEnough ? (isRouted ? StageOutcome.Answered : Why())
                : isSpent ? StageOutcome.Spent
                : candidates.Length == 0 ? StageOutcome.NoAnswer
                : StageOutcome.Unsure;
            stages.Add(Report(panel!.Stages[stage], outcome) with { Confidence = confidence });
        }

        return isEnough;
    }

    private StageOutcome Why() => HasAgreement ? StageOutcome.Agreed
        : isNotWorth && panel!.Acceptance!.Accepts(confidence) == false ? StageOutcome.NotWorth
        : StageOutcome.Accepted;

    /// <summary>Takes the reports of all members that were asked, in the panel's order.</summary>
    /// <exception cref="BlendException">No member answered, or fewer than the quorum.</exception>
    public void SetReports(MemberReport[] reports)
    {
        if (reports is [{ Failure: { } fault, Text: null } only] && (only.ToolUse is not null || only.Details?.IsAnswer == true || IsCut(only)))
        {
            IsPassedOn = true;
            warnings = only.ToolUse is null ? [] : [$"{only.Name}: {fault.Message}"];
            reports = [only with { Failure = null, Text = only.ToolUse?.ToForm() ?? "" }];
        }

        if (!Array.Exists(reports, static report => report.Failure is null) && Array.Exists(reports, static report => report.Text is not null))
        {
            // A text is worth more to the caller than an error.
            warnings = ["the request requires a tool call, and no member made one: the answer is a text"];
            reports = Array.ConvertAll(reports, static report => report.Text is null ? report : report with { Failure = null });
        }

        SetAnswers(panel!.Stages.Count - 1, reports);
        RequireQuorum();
    }

    /// <summary>Requires enough answers.</summary>
    /// <exception cref="BlendException">No member answered, or fewer than the quorum.</exception>
    public void RequireQuorum()
    {
        if (answers.Length < panel!.Quorum)
        {
            throw TooFew(panel);
        }
    }

    /// <summary>Starts the ranking step; all candidates are available.</summary>
    public void BeginRanking() => (panelEnd, rankingFailed) = (Seconds, false);

    /// <summary>The candidates could not be ranked: the first usable one is the answer.</summary>
    public void SetRankingFailed() => rankingFailed = true;

    /// <summary>Creates the request to the ranker.</summary>
    public RankingRequest RankingRequest(TimeSpan timeout) => new()
    {
        Instruction = request.Instruction,
        Input = request.Input,
        Candidates = candidates,
        Ranker = request.Ranker,
        Aggregation = request.Aggregation,
        WithMatrix = request.WithTrace || request.WithProgress,
        Timeout = timeout,
        MaxWait = MaxWait,
        Judging = request.Judging,
        Prior = request.Prior,
    };

    /// <summary>Takes the ranking.</summary>
    public void SetRanking(RankingResponse response)
    {
        (ranking, rankingEnd, ranker) = (response, Seconds, response.RankerInfo);
        confidence = panel?.Acceptance is { } rule ? rule.Confidence(stage, candidates.Length, response) : response.Confidence;
        comparisons += response.Comparisons;
        failures.RemoveAll(static failure => failure.What == BlendWorkflow.Rank);
        usage += new StepUsage(response.PromptTokens, response.CompletionTokens, response.Cost);
        Array.Sort(Array.ConvertAll(order, index => (response.Ranks[index], index)), order);
    }

    /// <summary>Creates the request to the fuser, with all candidates ordered from best to worst.</summary>
    public FuseRequest FuseRequest(TimeSpan timeout) => new()
    {
        Instruction = request.Instruction,
        Input = request.Input,
        Candidates = Array.ConvertAll(order, index => candidates[index]),
        Fuser = request.Fuser,
        TopK = request.TopK,
        MaxTokens = request.Sampling?.MaxTokens,
        Timeout = timeout,
        MaxWait = MaxWait,
        Prompt = request.FuserPrompt,
    };

    /// <summary>Takes the fused answer.</summary>
    public void SetFusion(FuseResponse response)
    {
        fusion = response;
        usage += new StepUsage(response.PromptTokens, response.CompletionTokens, response.Cost);
        if (response.Failure is { } failure)
        {
            failures.Add(failure);
        }
    }

    /// <summary>Creates the request to compare the fused answer, a, with the best candidate, b.</summary>
    public CompareRequest GuardRequest(string fused, TimeSpan timeout) => new()
    {
        Instruction = request.Instruction,
        Input = request.Input,
        A = fused,
        B = Best.Text,
        Ranker = request.Ranker,
        Timeout = timeout,
        MaxWait = candidates.Length == 1 ? TimeSpan.Zero : MaxWait,
        Judging = request.Judging,
    };

    /// <summary>Takes the comparison of the fused answer with the best candidate.</summary>
    public void SetGuardResult(CompareResponse response)
    {
        (margin, probability, guardComparisons) = (response.Logit, response.Probability, FusionGuard.Comparisons);
        usage += new StepUsage(response.PromptTokens, response.CompletionTokens, response.Cost);
    }

    /// <summary>The fused answer could not be compared, so that the best candidate is the answer.</summary>
    public void SetGuardFailed() => guardFailed = true;

    /// <summary>Notes a step that failed; one that failed in an earlier stage too is named once.</summary>
    public void SetFailure(BlendFailure failure)
    {
        failures.RemoveAll(known => known.What == failure.What);
        failures.Add(failure);
    }

    /// <summary>Creates the response from the current state.</summary>
    public BlendResponse ToResponse() => new(
        request.Id,
        IsFused ? fusion!.Answer : Best.Text,
        Ranked(),
        [.. MemberFailures, .. failures],
        new BlendUsage(Usage.PromptTokens, Usage.CompletionTokens, comparisons + guardComparisons)
        {
            Cost = Usage.Cost,
            CachedTokens = members.Sum(static report => report.Details?.CachedTokens ?? 0),
            ReasoningTokens = members.Sum(static report => report.Details?.ReasoningTokens ?? 0),
            CacheWriteTokens = members.Sum(static report => report.Details?.CacheWriteTokens ?? 0),
            Calls = members.Sum(static report => report.Calls),
        })
    {
        Fusion = fusion is null ? null : new BlendFusion(fusion.Fuser, IsFused ? BlendGiven.Fused : BlendGiven.Best, margin) { Probability = probability },
        MadeFrom = HasAgreement && !IsFused ? agreed : IsFused ? Array.ConvertAll(fusion!.MadeFrom, place => order[place]) : [BestIndex],
        ReachedLimit = IsFused ? fusion!.ReachedLimit : answers.ElementAtOrDefault(BestIndex)?.ReachedLimit == true,
        ToolUse = IsFused ? null : answers.ElementAtOrDefault(BestIndex)?.ToolUse,
        Details = IsFused ? null : answers.ElementAtOrDefault(BestIndex)?.Details,
        Warnings = Warnings(),
        IsUnranked = rankingFailed && candidates.Length > 1,
        RankerInfo = ranker,
        Confidence = confidence,
        Abstained = Acceptance == false,
        Stages = panel?.Stages.Count > 1 ? Stages(panel) : [],
        MemberSeconds = memberSeconds,
        Trace = request.WithTrace ? Trace() : null,
    };

    /// <summary>Creates an update that contains an event.</summary>
    public BlendUpdate Event(BlendEventKind kind, string[]? members = null, MemberReport? member = null) => new("", null)
    {
        Event = new BlendEvent(kind, Seconds)
        {
            Members = members,
            Member = member,
            Candidates = kind is BlendEventKind.Ranked ? Ranked() : null,
            Ranking = kind is BlendEventKind.Ranked ? ranking : null,
        },
    };

    /// <summary>Creates an update that contains the next characters of a member's answer.</summary>
    public BlendUpdate TextEvent(string member, string text) =>
        new("", null) { Event = new BlendEvent(BlendEventKind.MemberText, Seconds) { Name = member, Text = text } };

    private void SetAnswers(int number, MemberReport[] reports)
    {
        (stage, members, ranking, isNotWorth) = (number, reports, null, false);
        answers = Array.FindAll(reports, static report => report.Failure is null);
        SetCandidates(Array.ConvertAll(answers, static report => new Candidate(report.Name, report.Text!)));
        confidence = panel!.Acceptance?.Confidence(stage, candidates.Length, null);
        agreed = AnswerAgreement.Find(candidates, panel.Acceptance?.Agree);
        if (HasAgreement)
        {
            order = [.. agreed, .. order.Except(agreed)];
        }
    }

    private double Seconds => timeProvider.GetElapsedTime(start).TotalSeconds;

    private int BestIndex
    {
        get
        {
            var best = Array.FindIndex(order, index => !string.IsNullOrWhiteSpace(candidates[index].Text));
            return order[Math.Max(0, best)];
        }
    }

    private IEnumerable<BlendFailure> MemberFailures => members.Select(static report => report.Failure).OfType<BlendFailure>();

    private StepUsage Usage => members.Aggregate(usage, static (sum, report) => sum + new StepUsage(report.PromptTokens, report.CompletionTokens, report.Cost));

    // The stages that were asked, and those that were not.
    private StageReport[] Stages(ICandidateSource asked) =>
        [.. stages, .. asked.Stages.Skip(stages.Count).Select(names => Report(names, StageOutcome.NotAsked))];

    private StageReport Report(IReadOnlyList<string> names, StageOutcome outcome) => new([.. names], outcome)
    {
        Probabilities = panel?.Probabilities is { } known ? [.. names.Select(name => known.TryGetValue(name, out var probability) ? probability : (double?)null)] : null,
    };

    private string[] Warnings() =>
    [
        .. warnings,
        .. panel?.Warnings ?? [],
        .. Acceptance == false && !IsFused ? (string[])[Unsure()] : [],
        .. rankingFailed && candidates.Length > 1 ? (string[])["the candidates are not ranked: the answer is the first usable one"] : [],
        .. members.SelectMany(static report => (report.Details?.Dropped ?? []).Select(field => (field, report.Name)))
            .GroupBy(static dropped => dropped.field, static dropped => dropped.Name)
            .Select(static dropped => $"\"{dropped.Key}\" was not passed on to {string.Join(", ", dropped)}, which does not take it"),
    ];

    private string Unsure()
    {
        if (panel!.Acceptance is { Threshold: null, Agree: { } needed })
        {
            return string.Create(CultureInfo.InvariantCulture, $"no {needed} answers say the same");
        }

        var sure = confidence is { } known ? string.Create(CultureInfo.InvariantCulture, $"its confidence is {known:0.00}") : "its confidence is not known";
        var rule = panel!.Acceptance!.Threshold is { } threshold and <= 1
            ? string.Create(CultureInfo.InvariantCulture, $"the panel accepts from {threshold:0.00}")
            : "no confidence is known to keep the panel's risk";
        return $"the ranker is not sure of the answer: {sure}, and {rule}";
    }

    private RankedCandidate[] Ranked() =>
    [
        .. candidates.Select((candidate, i) => new RankedCandidate(
            candidate.Model, candidate.Text, ranking?.Ranks[i] ?? (HasAgreement && !agreed.Contains(i) ? agreed.Length + 1 : 1), ranking?.Scores[i] ?? 0)),
    ];

    private BlendTrace Trace() => new()
    {
        Members = members,
        PanelSeconds = panelEnd,
        RankSeconds = ranking is null ? 0 : rankingEnd - panelEnd,
        FuseSeconds = Seconds - (ranking is null ? panelEnd : rankingEnd),
        Ranking = ranking,
    };

    private BlendException TooFew(ICandidateSource asked)
    {
        var faults = MemberFailures.ToList();
        var reason = faults.TrueForAll(failure => failure.Reason == faults[0].Reason) ? faults[0].Reason : BlendFailureReason.Faulted;
        var why = string.Join("; ", faults.Select(static failure => $"{failure.What}: {failure.Message}"));
        return new BlendException(
            "panel",
            reason,
            answers.Length == 0
                ? $"no member of panel \"{asked.Name}\" answered: {why}"
                : $"{answers.Length} of panel \"{asked.Name}\" answered, and its quorum is {asked.Quorum}: {why}")
        {
            RetryAfter = members.Min(static report => report.RetryAfter) ?? (reason is BlendFailureReason.Overloaded ? DefaultRetryAfter : null),
            Status = Common(faults.ConvertAll(static failure => failure.Status)),
            Code = Common(faults.ConvertAll(static failure => failure.Code)),
        };
    }

    // An answer without text that a token limit ended.
    private static bool IsCut(MemberReport only) => only is { ReachedLimit: true, Failure.Reason: BlendFailureReason.Empty };

    // What all failures have in common is the failure of the panel.
    private static T? Common<T>(List<T> values) => values.Count > 0 && values.TrueForAll(value => Equals(value, values[0])) ? values[0] : default;
}
