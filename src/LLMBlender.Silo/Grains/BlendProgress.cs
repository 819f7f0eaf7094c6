using LLMBlender.Abstractions;
using LLMBlender.Silo.Backends;

namespace LLMBlender.Silo.Grains;

/// <summary>How far a blend is, and what its response will say. Belongs to one request.</summary>
internal sealed class BlendProgress(BlendRequest request)
{
    private readonly List<BlendFailure> failures = [];
    private Candidate[] candidates = [];
    private RankingResponse? ranking;
    private FusionResponse? fusion;
    private int[] order = [];
    private long promptTokens;
    private long completionTokens;

    /// <summary>The best candidate.</summary>
    public Candidate Best => candidates[order[0]];

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
    public FusionRequest FusionRequest(TimeSpan timeout) => new()
    {
        Instruction = request.Instruction,
        Input = request.Input,
        Candidates = Array.ConvertAll(order, place => candidates[place]),
        Fuser = request.Fuser,
        TopK = request.TopK,
        Timeout = timeout,
    };

    /// <summary>The best were fused.</summary>
    public void Fused(FusionResponse response)
    {
        fusion = response;
        promptTokens += response.PromptTokens;
        completionTokens += response.CompletionTokens;
    }

    /// <summary>A step failed.</summary>
    public void Failed(string step, BlendException e) => failures.Add(new BlendFailure(step, e.Reason, e.Message));

    /// <summary>What came of it.</summary>
    public BlendResponse Response() => new(
        request.Id,
        fusion?.Answer ?? Best.Text,
        [.. candidates.Select((candidate, i) => new RankedCandidate(
            candidate.Model, candidate.Text, ranking?.Ranks[i] ?? 1, ranking?.Scores[i] ?? 0))],
        [.. failures],
        new BlendUsage(promptTokens, completionTokens, ranking?.Comparisons ?? 0))
    {
        MadeFrom = fusion is null ? [order[0]] : Array.ConvertAll(fusion.MadeFrom, place => order[place]),
    };

    private void Take(Candidate[] all)
    {
        candidates = all;
        order = [.. Enumerable.Range(0, all.Length)];
    }
}
