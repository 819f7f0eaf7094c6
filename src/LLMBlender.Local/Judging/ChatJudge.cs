using System.Collections.Concurrent;
using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;
using LLMBlender.Core.Ranking;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Telemetry;
using LLMBlender.Local.Wire;

namespace LLMBlender.Local.Judging;

/// <summary>
/// A chat model as a ranker. It judges each pair in both orders, and a pair's logit is <see cref="PairJudge.Logit"/>; the swapped
/// pair's logit is its negation. Serves one request.
/// </summary>
/// <remarks>
/// Verdicts run in a window of the backend's concurrency, and the first that fails ends the others. The comparison fails if none of the verdicts can be
/// parsed.
/// </remarks>
/// <param name="backend">The model.</param>
/// <param name="instruction">The instruction.</param>
/// <param name="input">The input; null for none.</param>
/// <param name="texts">The candidates that pairs index.</param>
/// <param name="metrics">Counts the calls.</param>
/// <param name="deadline">The request's deadline.</param>
public sealed class ChatJudge(Backend backend, string instruction, string? input, string[] texts, BlendMetrics metrics, Deadline deadline) : IPairComparer
{
    /// <summary>The maximum number of verdicts of a request: of a ranking of 18 candidates in both orders, with all pairs.</summary>
    public const int MaxVerdicts = 18 * 17;

    private const int DefaultWindow = 16;

    private readonly ConcurrentDictionary<CandidatePair, JudgeVerdict?> verdicts = [];
    private long promptTokens;
    private long completionTokens;

    /// <summary>Whether failures contain what the server wrote.</summary>
    public bool ShowsServerMessages { get; init; }

    /// <summary>The prompt and the criteria; null for the default.</summary>
    public JudgeRules? Rules { get; init; }

    /// <inheritdoc/>
    public string Name => backend.Name;

    /// <inheritdoc/>
    public RankerInfo? Info { get; } = new(backend.Name, RankerInfo.ChatJudge);

    /// <inheritdoc/>
    public int Reused => 0;

    /// <inheritdoc/>
    public StepUsage Usage
    {
        get
        {
            var (read, written) = (Volatile.Read(ref promptTokens), Volatile.Read(ref completionTokens));
            return new StepUsage(read, written, backend.Cost(read, written));
        }
    }

    /// <inheritdoc/>
    public async Task<float[]> CompareAsync(CandidatePair[] pairs, CancellationToken cancellationToken)
    {
        CandidatePair[] missing = [.. pairs.SelectMany(static pair => new[] { pair, pair.Swapped }).Distinct().Where(pair => !verdicts.ContainsKey(pair))];
        if (verdicts.Count + missing.Length > MaxVerdicts)
        {
            throw BlendException.Invalid(
                "candidates",
                $"\"candidates\" lists {texts.Length}, which need {verdicts.Count + missing.Length} verdicts of the judge {Name}, and must need at most {MaxVerdicts}");
        }

        try
        {
            await Parallel.ForEachAsync(
                missing,
                new ParallelOptions { MaxDegreeOfParallelism = Math.Min(DefaultWindow, backend.Settings?.MaxConcurrency ?? DefaultWindow), CancellationToken = cancellationToken },
                async (pair, token) => verdicts[pair] = await AskAsync(pair, token));
        }
        catch (OperationCanceledException) when (deadline.IsPassed)
        {
            throw BlendException.TimedOut(BlendWorkflow.Rank, deadline.Timeout, $"the judge {Name} was still reading");
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            throw new BlendException(BlendWorkflow.Rank, BackendException.In(e)?.Reason ?? BlendFailureReason.Faulted, $"the judge {Name} failed: {backend.Explain(e, ShowsServerMessages)}");
        }

        if (verdicts.Values.All(static verdict => verdict is null))
        {
            throw new BlendException(BlendWorkflow.Rank, BlendFailureReason.Faulted, $"the judge {Name} gave no verdict that can be read");
        }

        return Array.ConvertAll(pairs, Logit);
    }

    private float Logit(CandidatePair pair) => PairJudge.Logit(verdicts[pair], verdicts[pair.Swapped]);

    private async Task<JudgeVerdict?> AskAsync(CandidatePair pair, CancellationToken cancellationToken)
    {
        var judge = new PairJudge(backend, new MeasuredChatClient(backend, metrics.Chats, deadline)) { Rules = Rules };
        var (verdict, response) = await judge.AskAsync(instruction, input, texts[pair.First], texts[pair.Second], cancellationToken);
        var (read, written) = (response.Usage?.InputTokenCount ?? 0, response.Usage?.OutputTokenCount ?? 0);
        Interlocked.Add(ref promptTokens, read);
        Interlocked.Add(ref completionTokens, written);
        metrics.Blends.Spent(backend.Name, backend.Cost(read, written));
        return verdict;
    }
}
