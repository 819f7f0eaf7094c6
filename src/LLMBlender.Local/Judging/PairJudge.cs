using LLMBlender.Local.Backends;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Judging;

/// <summary>
/// A chat model that judges one pair in one order: how every ranking, evaluation and data set asks it, and what its verdicts amount to.
/// </summary>
/// <param name="backend">The model, and the limit of its answers.</param>
/// <param name="client">How it is asked; null for the backend's own client.</param>
public sealed class PairJudge(Backend backend, IChatClient? client = null)
{
    /// <summary>Asks which of two answers is better.</summary>
    /// <returns>The verdict, null where it can't be read, and the response that holds it.</returns>
    public async Task<(JudgeVerdict? Verdict, ChatResponse Response)> AskAsync(
        string instruction, string? input, string a, string b, CancellationToken cancellationToken)
    {
        var messages = JudgePrompt.Compose(instruction, input, a, b);
        var response = await (client ?? backend.Client).GetResponseAsync(messages, Options(backend), cancellationToken);
        return (JudgePrompt.Read(response.Text), response);
    }

    /// <summary>How a judge answers: with its likeliest verdict.</summary>
    public static ChatOptions Options(Backend backend) => new() { Temperature = 0, MaxOutputTokens = backend.Settings?.MaxTokens };

    /// <summary>
    /// A pair's logit, from -2 to 2: half the difference of the verdicts in both orders, so that a bias to one position cancels. Where one
    /// can't be read the other counts alone; where neither can, the pair is even.
    /// </summary>
    /// <param name="there">The verdict with the pair's first answer as A.</param>
    /// <param name="back">The verdict with the pair's second answer as A.</param>
    public static float Logit(JudgeVerdict? there, JudgeVerdict? back) =>
        there is null ? -back?.Logit ?? 0 : back is null ? there.Value.Logit : (there.Value.Logit - back.Value.Logit) / 2;
}
