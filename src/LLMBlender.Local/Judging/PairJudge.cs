using System.Diagnostics;
using LLMBlender.Abstractions;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Telemetry;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Judging;

/// <summary>
/// A chat model that judges one pair in one order. Rankings, evaluations and data sets share its prompt, options and logits.
/// </summary>
/// <param name="backend">The model and its token limit.</param>
/// <param name="client">The client that calls the model; null for the backend's.</param>
public sealed class PairJudge(Backend backend, IChatClient? client = null)
{
    /// <summary>The prompt and the criteria; null for the default.</summary>
    public JudgeRules? Rules { get; init; }

    /// <summary>Requests a verdict on two answers.</summary>
    /// <returns>The verdict, null if it can't be parsed, and the response that contains it.</returns>
    public async Task<(JudgeVerdict? Verdict, ChatResponse Response)> AskAsync(
        string instruction, string? input, string a, string b, CancellationToken cancellationToken)
    {
        var messages = JudgePrompt.Compose(instruction, input, a, b, Rules);
        var response = await (client ?? backend.Client).GetResponseAsync(messages, Options(backend), cancellationToken);
        var verdict = JudgePrompt.Read(response.Text);
        Activity.Current.AddEvaluation("judge", verdict?.Logit, verdict?.Logit switch { null => "unreadable", > 0 => "a", < 0 => "b", _ => "tie" });
        return (verdict, response);
    }

    /// <summary>Returns a judge's options: temperature 0, and the backend's token limit.</summary>
    public static ChatOptions Options(Backend backend) => new() { Temperature = 0, MaxOutputTokens = backend.Settings?.MaxTokens };

    /// <summary>
    /// Returns a pair's logit, from -2 to 2: half the difference of the verdicts in both orders, which cancels a position bias. If one
    /// verdict is null, the other counts alone; if both are null, the logit is 0.
    /// </summary>
    /// <param name="there">The verdict with the pair's first answer as A.</param>
    /// <param name="back">The verdict with the pair's second answer as A.</param>
    public static float Logit(JudgeVerdict? there, JudgeVerdict? back) =>
        there is null ? -back?.Logit ?? 0 : back is null ? there.Value.Logit : (there.Value.Logit - back.Value.Logit) / 2;
}
