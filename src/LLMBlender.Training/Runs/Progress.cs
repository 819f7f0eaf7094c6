using System.Text.Json.Nodes;

namespace LLMBlender.Training.Runs;

/// <summary>Means over the steps since the last report.</summary>
internal sealed class Progress
{
    private double pairLoss;
    private double tokenLoss;
    private double markLoss;
    private double opinionLoss;
    private double norm;
    private int right;
    private int pairs;
    private int steps;

    public void Add(IReadOnlyList<StepResult> results, int stepPairs, double stepNorm)
    {
        pairLoss += results.Sum(result => result.PairLoss);
        tokenLoss += results.Sum(result => result.TokenLoss);
        markLoss += results.Sum(result => result.MarkLoss);
        opinionLoss += results.Sum(result => result.OpinionLoss);
        right += results.Sum(result => result.Right);
        norm += stepNorm;
        pairs += stepPairs;
        steps++;
    }

    /// <summary>The means so far, with the run's totals; starts over.</summary>
    public JsonObject Report(RunState state, string phase, double rate)
    {
        var report = new JsonObject
        {
            ["step"] = state.Step,
            ["phase"] = phase,
            ["loss"] = Math.Round(pairLoss / steps, 4),
            ["token_loss"] = Math.Round(tokenLoss / steps, 4),
            ["mark_loss"] = Math.Round(markLoss / steps, 4),
            ["opinion_loss"] = Math.Round(opinionLoss / steps, 4),
            ["accuracy"] = Math.Round(right / (double)pairs, 4),
            ["norm"] = Math.Round(norm / steps, 3),
            ["rate"] = rate,
            ["pairs"] = state.Pairs,
            ["tokens"] = state.Tokens,
            ["seconds"] = Math.Round(state.Seconds, 1),
        };
        (pairLoss, tokenLoss, markLoss, opinionLoss, norm, right, pairs, steps) = (0, 0, 0, 0, 0, 0, 0, 0);
        return report;
    }
}
