using System.Diagnostics;
using LLMBlender.Abstractions;
using LLMBlender.Core.Fusion;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Telemetry;

namespace LLMBlender.Silo.Grains;

/// <summary>How far a blend is, and what its response will say. Belongs to one request.</summary>
/// <param name="request">The request, with the panel's own wishes where it has none.</param>
/// <param name="metrics">Where steps that fail, and the guard's verdicts, are counted.</param>
/// <param name="tell">Told every step; null where nobody asked for steps.</param>
internal sealed class BlendProgress(BlendRequest request, WorkflowMetrics metrics, Action<BlendEvent>? tell)
{
    // Where nobody said how long.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    private readonly long start = Stopwatch.GetTimestamp();
    private readonly List<BlendFailure> failures = [];
    private MemberReport[] members = [];
    private Candidate[] candidates = [];
    private MemberReport[] answers = [];
    private RankingResponse? ranking;
    private FuseResponse? fusion;
    private int[] order = [];
    private double? margin;
    private int guardComparisons;
    private long promptTokens;
    private long completionTokens;
    private decimal? cost;
    private double answered;
    private double ranked;

    /// <summary>The best candidate.</summary>
    public Candidate Best => candidates[BestPlace];

    /// <summary>Whether the best candidate calls tools, and so is no text to be streamed.</summary>
    public bool BestCalls => answers.ElementAtOrDefault(BestPlace)?.ToolUse is not null;

    /// <summary>
    /// Whether there is an order to fuse by: candidates that nobody ranked are not to be mixed, and neither are those that must
    /// have a form, which a mixture would lose.
    /// </summary>
    public bool CanFuse => ranking is not null && request is { Format: null, Tools: null };

    /// <summary>The candidates were there already.</summary>
    public void Given(Candidate[] given) => Take(given);

    /// <summary>A panel is about to be asked.</summary>
    public void Asking(Panel panel) =>
        tell?.Invoke(Event(BlendEventKind.Asking) with { Members = Array.ConvertAll(panel.Seats(), static seat => seat.Name) });

    /// <summary>A member answered, or failed.</summary>
    public void Heard(MemberReport report) => tell?.Invoke(Event(BlendEventKind.Member) with { Member = report });

    /// <summary>The panel was asked.</summary>
    /// <exception cref="BlendException">Nobody answered, or too few.</exception>
    public void Asked(Panel panel, MemberReport[] reports)
    {
        members = reports;
        failures.AddRange(reports.Select(report => report.Failure).OfType<BlendFailure>());
        promptTokens += reports.Sum(report => report.PromptTokens);
        completionTokens += reports.Sum(report => report.CompletionTokens);
        Add(reports.Any(report => report.Cost is not null) ? reports.Sum(report => report.Cost) : null);
        answers = Array.FindAll(reports, report => report.Failure is null);
        if (answers.Length < (panel.Quorum ?? 1))
        {
            throw TooFew(panel, answers.Length);
        }

        Take(Array.ConvertAll(answers, report => new Candidate(report.Name, report.Text!)));
    }

    /// <summary>What the ranking grain is asked.</summary>
    public RankingRequest RankingRequest(TimeSpan timeout)
    {
        answered = Seconds;
        tell?.Invoke(Event(BlendEventKind.Ranking));
        return new RankingRequest
        {
            Instruction = request.Instruction,
            Input = request.Input,
            Candidates = candidates,
            Ranker = request.Ranker,
            Aggregation = request.Aggregation,
            WithMatrix = request.WithTrace || request.WithProgress,
            Timeout = timeout,
        };
    }

    /// <summary>The candidates were ranked.</summary>
    public void Ranked(RankingResponse response)
    {
        ranking = response;
        ranked = Seconds;
        promptTokens += response.PromptTokens;
        completionTokens += response.CompletionTokens;
        Add(response.Cost);
        Array.Sort(Array.ConvertAll(order, place => (response.Ranks[place], place)), order);
        tell?.Invoke(Event(BlendEventKind.Ranked) with { Candidates = RankedCandidates(), Ranking = response });
    }

    /// <summary>The answer is about to be written.</summary>
    public BlendEvent Fusing() => Event(BlendEventKind.Fusing);

    /// <summary>What the fusion grain is asked.</summary>
    public FuseRequest FuseRequest(TimeSpan timeout) => new()
    {
        Instruction = request.Instruction,
        Input = request.Input,
        Candidates = Array.ConvertAll(order, place => candidates[place]),
        Fuser = request.Fuser,
        TopK = request.TopK,
        MaxTokens = request.Sampling?.MaxTokens,
        Timeout = timeout,
    };

    /// <summary>The best were fused.</summary>
    public void Fused(FuseResponse response)
    {
        fusion = response;
        if (response.Failure is { } failure)
        {
            failures.Add(failure);
            metrics.Failed("fuse");
        }

        promptTokens += response.PromptTokens;
        completionTokens += response.CompletionTokens;
        Add(response.Cost);
    }

    /// <summary>The fused answer that is to be compared with the best candidate; null where there is nothing to compare.</summary>
    public string? ToGuard => fusion is { Failure: null } && fusion.Answer != Best.Text ? fusion.Answer : null;

    /// <summary>What the guard asks the ranker.</summary>
    public CompareRequest GuardRequest(string fused, TimeSpan timeout) => new()
    {
        Instruction = request.Instruction,
        Input = request.Input,
        A = fused,
        B = Best.Text,
        Ranker = request.Ranker,
        Timeout = timeout,
    };

    /// <summary>The fused answer was compared with the best candidate.</summary>
    public void Guarded(CompareResponse response)
    {
        margin = response.Logit;
        metrics.Guarded(FusionGuard.Passes(response.Logit));
        guardComparisons = FusionGuard.Pairs.Length;
        promptTokens += response.PromptTokens;
        completionTokens += response.CompletionTokens;
        Add(response.Cost);
    }

    /// <summary>A step failed.</summary>
    public void Failed(string step, BlendException e)
    {
        failures.Add(new BlendFailure(step, e.Reason, e.Message));
        metrics.Failed(step);
        if (step == "guard")
        {
            metrics.Guarded(null);
        }
    }

    /// <summary>What came of it.</summary>
    public BlendResponse Response()
    {
        var isFused = fusion is { Failure: null } && fusion.Fuser != SelectFuser.FuserName && (margin is null || FusionGuard.Passes(margin.Value));
        return new BlendResponse(
            request.Id,
            isFused ? fusion!.Answer : Best.Text,
            RankedCandidates(),
            [.. failures],
            new BlendUsage(promptTokens, completionTokens, (ranking?.Comparisons ?? 0) + guardComparisons) { Cost = cost })
        {
            Fusion = fusion is null ? null : new BlendFusion(fusion.Fuser, isFused ? BlendGiven.Fused : BlendGiven.Best, margin),
            MadeFrom = isFused ? Array.ConvertAll(fusion!.MadeFrom, place => order[place]) : [BestPlace],
            ReachedLimit = isFused ? fusion!.ReachedLimit : answers.ElementAtOrDefault(BestPlace)?.ReachedLimit == true,
            ToolUse = isFused ? null : answers.ElementAtOrDefault(BestPlace)?.ToolUse,
            Trace = request.WithTrace ? Trace() : null,
        };
    }

    private double Seconds => Stopwatch.GetElapsedTime(start).TotalSeconds;

    // The best that says something, as a fuser would have it.
    private int BestPlace
    {
        get
        {
            var best = Array.FindIndex(order, place => !string.IsNullOrWhiteSpace(candidates[place].Text));
            return order[Math.Max(0, best)];
        }
    }

    private BlendTrace Trace() => new()
    {
        Members = members,
        PanelSeconds = answered,
        RankSeconds = ranking is null ? 0 : ranked - answered,
        FuseSeconds = Seconds - (ranking is null ? answered : ranked),
        Ranking = ranking,
    };

    private RankedCandidate[] RankedCandidates() =>
    [
        .. candidates.Select((candidate, i) => new RankedCandidate(
            candidate.Model, candidate.Text, ranking?.Ranks[i] ?? 1, ranking?.Scores[i] ?? 0)),
    ];

    private BlendException TooFew(Panel panel, int answers)
    {
        var reason = failures.TrueForAll(failure => failure.Reason == failures[0].Reason) ? failures[0].Reason : BlendFailureReason.Faulted;
        var why = string.Join("; ", failures.Select(failure => $"{failure.What}: {failure.Message}"));
        return new BlendException(
            "panel",
            reason,
            answers == 0
                ? $"no member of panel \"{panel.Name}\" answered: {why}"
                : $"{answers} of panel \"{panel.Name}\" answered, and its quorum is {panel.Quorum}: {why}")
        {
            RetryAfter = members.Min(report => report.RetryAfter) ?? (reason is BlendFailureReason.Overloaded ? Rest : null),
        };
    }

    private BlendEvent Event(BlendEventKind kind) => new(kind, Seconds);

    private void Add(decimal? price) => cost = price is null ? cost : (cost ?? 0) + price;

    private void Take(Candidate[] all)
    {
        candidates = all;
        order = [.. Enumerable.Range(0, all.Length)];
    }
}
