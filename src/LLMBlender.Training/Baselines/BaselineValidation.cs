using System.Text.Json.Nodes;
using LLMBlender.Training.Data;
using LLMBlender.Training.Runs;

namespace LLMBlender.Training.Baselines;

/// <summary>Loss and accuracy on pairs that are never trained on, by tag.</summary>
internal sealed class BaselineValidation
{
    private const int Seed = 7;
    private const int BatchPairs = 8;
    private readonly List<(string Tag, RowBatch Batch)> batches = [];

    public BaselineValidation(IReadOnlyDictionary<string, List<TrainingPair>> heldOut, RowLayout layout, RankerRunConfig config)
    {
        var random = new Random(Seed);
        Mixture mixture = config.Phases[^1].Mixture;
        foreach (var (tag, pairs) in heldOut.OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            TrainingPair[] all = [.. pairs];
            random.Shuffle(all);
            batches.AddRange(all.Take(config.ValidationPairs)
                .OrderBy(pair => layout.LengthOf(pair, mixture))
                .Chunk(BatchPairs)
                .Select(chunk => (tag, layout.Of(chunk, mixture, random))));
        }
    }

    /// <summary>Measures the network as it is.</summary>
    public JsonObject Run(BaselineLoss losses, long step)
    {
        var result = new JsonObject { ["step"] = step };
        foreach (var group in batches.GroupBy(entry => entry.Tag))
        {
            var measured = group.Select(entry => (Found: losses.Measure(entry.Batch), entry.Batch.Count)).ToArray();
            double count = measured.Sum(one => one.Count);
            result[group.Key] = new JsonObject
            {
                ["loss"] = Math.Round(measured.Sum(one => one.Found.Loss) / count, 4),
                ["accuracy"] = Math.Round(measured.Sum(one => one.Found.Right) / count, 4),
            };
        }

        return result;
    }
}
