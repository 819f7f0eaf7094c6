using System.Text.Json.Nodes;
using LLMBlender.Training.Runs;

namespace LLMBlender.Training.Fusion.Runs;

/// <summary>Means over the steps since the last report.</summary>
internal sealed class FuserProgress
{
    private double loss;
    private double norm;
    private int right;
    private int tokens;
    private int steps;

    public void Add(IReadOnlyList<FuserStepResult> results, int stepTokens, double stepNorm)
    {
        loss += results.Sum(result => result.Loss);
        right += results.Sum(result => result.Right);
        norm += stepNorm;
        tokens += stepTokens;
        steps++;
    }

    /// <summary>The means so far, with the run's totals; starts over.</summary>
    public JsonObject Report(RunState state, string phase, double rate)
    {
        var report = new JsonObject
        {
            ["step"] = state.Step,
            ["phase"] = phase,
            ["loss"] = Math.Round(loss / tokens, 4),
            ["accuracy"] = Math.Round(right / (double)tokens, 4),
            ["norm"] = Math.Round(norm / steps, 3),
            ["rate"] = rate,
            ["records"] = state.Pairs,
            ["tokens"] = state.Tokens,
            ["seconds"] = Math.Round(state.Seconds, 1),
        };
        (loss, norm, right, tokens, steps) = (0, 0, 0, 0, 0);
        return report;
    }
}
