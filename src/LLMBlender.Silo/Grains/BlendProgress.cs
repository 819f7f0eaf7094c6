using LLMBlender.Abstractions;
using LLMBlender.Core.Fusion;
using LLMBlender.Silo.Backends;

namespace LLMBlender.Silo.Grains;

/// <summary>How far a blend is, and what its response will say. Belongs to one request.</summary>
internal sealed class BlendProgress(BlendRequest request)
{
    private readonly List<BlendFailure> failures = [];
    private Candidate[] candidates = [];
    private RankingResponse? ranking;
    private FuseResponse? fusion;
    private int[] order = [];
    private double? margin;
    private int guardComparisons;
    private long promptTokens;
    private long completionTokens;

    /// <summary>The best candidate.</summary>
    public Candidate Best => candidates[BestPlace];

    /// <summary>Whether there is an order to fuse by: candidates that nobody ranked are not to be mixed.</summary>
    public bool CanFuse => ranking is not null;

    /// <summary>The candidates were there already.</summary>
    public void Given(Candidate[] given) => Take(given);

    /// <summary>The panel was asked.</summary>
    /// <exception cref="BlendException">Nobody answered.</exception>
    public void Asked(Panel panel, IReadOnlyList<BackendReply> replies)
    {
        failures.AddRange(replies.Select(reply => reply.Failure).OfType<BlendFailure>());
        promptTokens += replies.Sum(reply => reply.PromptTokens);
        completionTokens += replies.Sum(reply => reply.CompletionTokens);
        Take([.. replies.Select(reply => reply.Candidate).OfType<Candidate>()]);
        if (candidates.Length == 0)
        {
            var reason = failures.TrueForAll(failure => failure.Reason == failures[0].Reason) ? failures[0].Reason : BlendFailureReason.Faulted;
            throw new BlendException(
                "panel",
                reason,
                $"no member of panel \"{panel.Name}\" answered: {string.Join("; ", failures.Select(failure => $"{failure.What}: {failure.Message}"))}");
        }
    }

    /// <summary>What the ranking grain is asked.</summary>
    public RankingRequest RankingRequest(TimeSpan timeout) => new()
    {
        Instruction = request.Instruction,
        Input = request.Input,
        Candidates = candidates,
        Ranker = request.Ranker,
        Aggregation = request.Aggregation,
        Timeout = timeout,
    };

    /// <summary>The candidates were ranked.</summary>
    public void Ranked(RankingResponse response)
    {
        ranking = response;
        Array.Sort(Array.ConvertAll(order, place => (response.Ranks[place], place)), order);
    }

    /// <summary>What the fusion grain is asked.</summary>
    public FuseRequest FuseRequest(TimeSpan timeout) => new()
    {
        Instruction = request.Instruction,
        Input = request.Input,
        Candidates = Array.ConvertAll(order, place => candidates[place]),
        Fuser = request.Fuser,
        TopK = request.TopK,
        Timeout = timeout,
    };

    /// <summary>The best were fused.</summary>
    public void Fused(FuseResponse response)
    {
        fusion = response;
        if (response.Failure is { } failure)
        {
            failures.Add(failure);
        }

        promptTokens += response.PromptTokens;
        completionTokens += response.CompletionTokens;
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
        guardComparisons = FusionGuard.Pairs.Length;
    }

    /// <summary>A step failed.</summary>
    public void Failed(string step, BlendException e) => failures.Add(new BlendFailure(step, e.Reason, e.Message));

    /// <summary>What came of it.</summary>
    public BlendResponse Response()
    {
        var isFused = fusion is { Failure: null } && fusion.Fuser != SelectFuser.FuserName && (margin is null || FusionGuard.Passes(margin.Value));
        return new BlendResponse(
            request.Id,
            isFused ? fusion!.Answer : Best.Text,
            [.. candidates.Select((candidate, i) => new RankedCandidate(
                candidate.Model, candidate.Text, ranking?.Ranks[i] ?? 1, ranking?.Scores[i] ?? 0))],
            [.. failures],
            new BlendUsage(promptTokens, completionTokens, (ranking?.Comparisons ?? 0) + guardComparisons))
        {
            Fusion = fusion is null ? null : new BlendFusion(fusion.Fuser, isFused ? BlendGiven.Fused : BlendGiven.Best, margin),
            MadeFrom = isFused ? Array.ConvertAll(fusion!.MadeFrom, place => order[place]) : [BestPlace],
        };
    }

    // The best that says something, as a fuser would have it.
    private int BestPlace
    {
        get
        {
            var best = Array.FindIndex(order, place => !string.IsNullOrWhiteSpace(candidates[place].Text));
            return order[Math.Max(0, best)];
        }
    }

    private void Take(Candidate[] all)
    {
        candidates = all;
        order = [.. Enumerable.Range(0, all.Length)];
    }
}
