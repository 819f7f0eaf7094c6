using LLMBlender.Abstractions;
using LLMBlender.Core.Ranking;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Telemetry;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Judging;

/// <summary>
/// A chat model as a ranker of one record. It is shown every pair in both orders, and a pair's logit is half the difference of
/// the two verdicts: what it says only because of who comes first cancels. Belongs to one request.
/// </summary>
/// <param name="backend">The model.</param>
/// <param name="instruction">The instruction.</param>
/// <param name="input">What it is about, if anything.</param>
/// <param name="texts">The candidates.</param>
/// <param name="metrics">Where its calls are counted.</param>
public sealed class ChatJudge(Backend backend, string instruction, string? input, string[] texts, BlendMetrics metrics)
{
    private readonly Dictionary<CandidatePair, Task<float?>> verdicts = [];
    private long promptTokens;
    private long completionTokens;

    /// <summary>How it is asked for.</summary>
    public string Name => backend.Name;

    /// <summary>Tokens read so far.</summary>
    public long PromptTokens => Volatile.Read(ref promptTokens);

    /// <summary>Tokens written so far.</summary>
    public long CompletionTokens => Volatile.Read(ref completionTokens);

    /// <summary>What that cost; null where there are no prices.</summary>
    public decimal? Cost => backend.Cost(PromptTokens, CompletionTokens);

    /// <summary>Compares.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="deadline">By when.</param>
    /// <returns>A logit each, from -2 to 2, above 0 when the first is better; that of a swapped pair is the same negated.</returns>
    /// <exception cref="BlendException">The model failed, or none of its verdicts can be read.</exception>
    public async Task<float[]> CompareAsync(IReadOnlyList<CandidatePair> pairs, Deadline deadline)
    {
        foreach (var pair in pairs.SelectMany(static pair => new[] { pair, pair.Swapped }).Where(pair => !verdicts.ContainsKey(pair)))
        {
            verdicts[pair] = AskAsync(pair, deadline);
        }

        try
        {
            await Task.WhenAll(verdicts.Values);
        }
        catch (OperationCanceledException) when (deadline.IsPassed)
        {
            throw BlendException.TimedOut("rank", deadline.Timeout, $"the judge {Name} was still reading");
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            throw new BlendException("rank", BackendException.In(e)?.Reason ?? BlendFailureReason.Faulted, $"the judge {Name} failed: {backend.Explain(e)}");
        }

        if (verdicts.Values.All(static verdict => verdict.Result is null))
        {
            throw new BlendException("rank", BlendFailureReason.Faulted, $"the judge {Name} gave no verdict that can be read");
        }

        return [.. pairs.Select(Logit)];
    }

    // Where one of two verdicts can't be read the other counts alone; where neither can, the two are even.
    private float Logit(CandidatePair pair)
    {
        var (there, back) = (verdicts[pair].Result, -verdicts[pair.Swapped].Result);
        return there is null ? back ?? 0 : back is null ? there.Value : (there.Value + back.Value) / 2;
    }

    private async Task<float?> AskAsync(CandidatePair pair, Deadline deadline)
    {
        var messages = JudgePrompt.Compose(instruction, input, texts[pair.First], texts[pair.Second]);
        var client = new MeasuredChatClient(backend, metrics.Chats, deadline);
        var response = await client.GetResponseAsync(messages, new ChatOptions { Temperature = 0, MaxOutputTokens = backend.Settings?.MaxTokens }, deadline.Token);
        var (read, written) = (response.Usage?.InputTokenCount ?? 0, response.Usage?.OutputTokenCount ?? 0);
        Interlocked.Add(ref promptTokens, read);
        Interlocked.Add(ref completionTokens, written);
        metrics.Blends.Spent(backend.Name, backend.Cost(read, written));
        return JudgePrompt.Read(response.Text)?.Logit;
    }
}
