using System.Text.Json.Nodes;

namespace LLMBlender.Training.Runs;

/// <summary>Means over the steps since the last report.</summary>
/// <param name="records">What the run's records are called in the report; left out where null.</param>
/// <param name="perStep">Whether a step's losses are its means already, and not sums over what it asks.</param>
internal sealed class Progress(string? records, bool perStep)
{
    private readonly OrderedDictionary<string, double> losses = new(StringComparer.Ordinal);
    private double norm;
    private int right;
    private int asked;
    private int steps;

    public void Add(IReadOnlyList<StepResult> results, int stepAsked, double stepNorm)
    {
        foreach (var named in results.SelectMany(result => result.Losses).GroupBy(loss => loss.Name, loss => loss.Value))
        {
            losses[named.Key] = losses.GetValueOrDefault(named.Key) + named.Sum();
        }

        right += results.Sum(result => result.Right);
        norm += stepNorm;
        asked += stepAsked;
        steps++;
    }

    /// <summary>The means so far, with the run's totals; starts over.</summary>
    public JsonObject Report(RunState state, string phase, double rate)
    {
        var report = new JsonObject { ["step"] = state.Step, ["phase"] = phase };
        foreach (var (name, sum) in losses)
        {
            report[name] = Math.Round(sum / (perStep ? steps : asked), 4);
        }

        report["accuracy"] = Math.Round(right / (double)asked, 4);
        report["norm"] = Math.Round(norm / steps, 3);
        report["rate"] = rate;
        if (records is not null)
        {
            report[records] = state.Pairs;
        }

        report["tokens"] = state.Tokens;
        report["seconds"] = Math.Round(state.Seconds, 1);
        losses.Clear();
        (norm, right, asked, steps) = (0, 0, 0, 0);
        return report;
    }
}
