using System.Diagnostics;
using LLMBlender.Abstractions;
using LLMBlender.Core.Ranking;
using LLMBlender.Core.Blending;
using LLMBlender.Local.Backends;
using LLMBlender.Silo.Caching;
using LLMBlender.Silo.Comparing;
using LLMBlender.Silo.Dispatch;
using LLMBlender.Silo.Hosting;
using LLMBlender.Local.Judging;
using LLMBlender.Silo.Placement;
using LLMBlender.Local.Telemetry;
using Orleans.Concurrency;
using Orleans.GrainDirectory;

namespace LLMBlender.Silo.Grains;

/// <summary>
/// See <see cref="IRankingGrain"/>: an engine of <see cref="Core.Ranking"/> names pairs, and the grain does the waiting.
/// Reentrant, for it does nothing else.
/// </summary>
[Reentrant, HomePlacement, RoleFilter(SiloRoles.Blend), GrainDirectory(RuleDirectory.Name)]
internal sealed class RankingGrain(
    ComparisonCache cache, WorkerRoster roster, PanelBook panels, Admission admission, BlendMetrics metrics) : Grain, IRankingGrain
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly CandidatePair AThenB = new(0, 1);

    /// <inheritdoc/>
    public async Task<RankingResponse> RankAsync(RankingRequest request, CancellationToken cancellationToken)
    {
        Check(request);
        using var entry = admission.Enter(request.Call);
        using var deadline = new Deadline(request.Timeout, cancellationToken);
        var (engine, texts) = Options(request).Begin(Array.ConvertAll(request.Candidates, candidate => candidate.Text));
        var aggregation = engine.Name;
        using var span = BlendTracing.Start("rank")?.SetTag("llmblender.aggregation", aggregation).SetTag("llmblender.candidates", request.Candidates.Length);
        var start = Stopwatch.GetTimestamp();
        try
        {
            var (response, rounds) = await RankAsync(request, engine, texts, deadline);
            metrics.Rankings.Ranked(aggregation, Stopwatch.GetElapsedTime(start).TotalSeconds, rounds, response.Comparisons);
            span?.SetTag("llmblender.ranker", response.Ranker)
                .SetTag("llmblender.rounds", rounds)
                .SetTag("llmblender.comparisons", response.Comparisons)
                .SetTag("llmblender.comparisons.reused", response.Reused);
            return response;
        }
        catch (Exception e)
        {
            span.Fail(e);
            throw;
        }
    }

    private async Task<(RankingResponse Response, int Rounds)> RankAsync(
        RankingRequest request, RankingEngine engine, string[] texts, Deadline deadline)
    {
        if (Judge(request.Ranker, request.Instruction, request.Input, texts) is { } judge)
        {
            return await JudgeAsync(judge, engine, request, deadline);
        }

        var ranker = await FindAsync(request.Ranker, deadline);
        var source = request.Instruction + request.Input;
        var keys = new ComparisonKeys(ranker, source, texts);
        var (reused, rounds) = (0, 0);
        while (!engine.IsSettled)
        {
            rounds++;
            var pairs = engine.NextPairs().ToArray();
            var (logits, old) = await cache.CompareAsync(ranker, source, texts, keys, pairs, deadline);
            reused += old;
            for (var i = 0; i < pairs.Length; i++)
            {
                engine.Hear(pairs[i], logits[i]);
            }
        }

        return (Response(engine, reused, ranker, request.WithMatrix), rounds);
    }

    /// <inheritdoc/>
    public async Task<CompareResponse> CompareAsync(CompareRequest request, CancellationToken cancellationToken)
    {
        RequestRules.CheckSource(request.Instruction, request.Input);
        using var entry = admission.Enter(request.Call);
        using var deadline = new Deadline(request.Timeout, cancellationToken);
        var start = Stopwatch.GetTimestamp();
        var response = Judge(request.Ranker, request.Instruction, request.Input, [request.A, request.B]) is { } judge
            ? await JudgeAsync(judge, request.Order, deadline)
            : await CompareAsync(request, deadline);
        metrics.Rankings.Compared(request.Order, Stopwatch.GetElapsedTime(start).TotalSeconds);
        return response;
    }

    /// <inheritdoc/>
    public Task<Guid[]> PulseAsync(Guid[] calls) => Task.FromResult(admission.NotInside(calls));

    private async Task<CompareResponse> CompareAsync(CompareRequest request, Deadline deadline)
    {
        var ranker = await FindAsync(request.Ranker, deadline);
        string[] texts = [request.A, request.B];
        var source = request.Instruction + request.Input;
        CandidatePair[] pairs = request.Order switch
        {
            PairOrder.Ab => [AThenB],
            PairOrder.Ba => [AThenB.Swapped],
            _ => [AThenB, AThenB.Swapped],
        };
        var (logits, _) = await cache.CompareAsync(ranker, source, texts, new ComparisonKeys(ranker, source, texts), pairs, deadline);
        var logit = (request.Order is PairOrder.Both ? logits[0] - logits[1] : logits[0]) + 0f;
        return new CompareResponse(logit, Math.Sign(request.Order is PairOrder.Ba ? -logit : logit));
    }

    // Any backend can rank: its name is then the ranker's.
    private ChatJudge? Judge(string? ranker, string instruction, string? input, string[] texts) =>
        ranker is not null && panels.FindBackend(ranker) is { } backend ? new ChatJudge(backend, instruction, input, texts, metrics) : null;

    private static async Task<CompareResponse> JudgeAsync(ChatJudge judge, PairOrder order, Deadline deadline)
    {
        var verdict = (await judge.CompareAsync([AThenB], deadline))[0];
        var judged = order switch { PairOrder.Ab => verdict, PairOrder.Ba => -verdict, _ => 2 * verdict };
        return new CompareResponse(judged, Math.Sign(verdict))
        {
            PromptTokens = judge.PromptTokens,
            CompletionTokens = judge.CompletionTokens,
            Cost = judge.Cost,
        };
    }

    private static async Task<(RankingResponse Response, int Rounds)> JudgeAsync(ChatJudge judge, RankingEngine engine, RankingRequest request, Deadline deadline)
    {
        var rounds = 0;
        while (!engine.IsSettled)
        {
            rounds++;
            var pairs = engine.NextPairs().ToArray();
            var verdicts = await judge.CompareAsync(pairs, deadline);
            for (var i = 0; i < pairs.Length; i++)
            {
                engine.Hear(pairs[i], verdicts[i]);
            }
        }

        var response = Response(engine, 0, new RankerIdentity(judge.Name, ""), request.WithMatrix) with
        {
            PromptTokens = judge.PromptTokens,
            CompletionTokens = judge.CompletionTokens,
            Cost = judge.Cost,
        };
        return (response, rounds);
    }

    private static void Check(RankingRequest request)
    {
        RequestRules.CheckSource(request.Instruction, request.Input);
        RequestRules.CheckCandidates(request.Candidates);
        if (Options(request).Problem(request.Candidates.Length) is var (field, problem))
        {
            throw BlendException.Invalid(field, problem);
        }
    }

    private static RankingOptions Options(RankingRequest request) => new(request.Aggregation, request.ReferenceMode, request.Reference);

    // A cluster that has just started, or lost all its accelerators, may have some in a moment.
    private async Task<RankerIdentity> FindAsync(string? name, Deadline deadline)
    {
        try
        {
            while (true)
            {
                if (roster.Find(name) is { } ranker)
                {
                    return ranker;
                }

                var names = roster.Names();
                if (names.Count > 0)
                {
                    throw BlendException.Invalid("ranker", $"ranker \"{name}\" is not known; known are {string.Join(", ", names)}");
                }

                await Task.Delay(Pause, deadline.Token);
            }
        }
        catch (OperationCanceledException) when (deadline.IsPassed)
        {
            throw new BlendException(
                "rank", BlendFailureReason.Unreachable, $"no silo that compares was there for {deadline.Timeout.TotalSeconds:0.###} s")
            {
                RetryAfter = TimeSpan.FromSeconds(5),
            };
        }
    }

    private static RankingResponse Response(RankingEngine engine, int reused, RankerIdentity ranker, bool withMatrix)
    {
        var ranking = engine.Rank();
        return new RankingResponse
        {
            Ranks = ranking.Ranks,
            Scores = Array.ConvertAll(ranking.Scores, static score => score + 0.0),
            Comparisons = ranking.Comparisons,
            Reused = reused,
            Matrix = withMatrix ? Matrix(engine.Matrix) : null,
            Ranker = ranker.Name,
        };
    }

    private static float[] Matrix(ComparisonMatrix matrix)
    {
        var all = new float[matrix.CandidateCount * matrix.CandidateCount];
        for (var i = 0; i < matrix.CandidateCount; i++)
        {
            matrix.Row(i).CopyTo(all.AsSpan(i * matrix.CandidateCount));
        }

        return all;
    }
}
