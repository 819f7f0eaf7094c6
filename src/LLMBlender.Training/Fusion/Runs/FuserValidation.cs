using System.Text.Json.Nodes;
using LLMBlender.Core.Evaluation;
using LLMBlender.Training.Fusion.Data;
using LLMBlender.Training.Fusion.Network;

namespace LLMBlender.Training.Fusion.Runs;

/// <summary>Loss and accuracy on held-out records with three damaged candidates, and the answers written for some of them.</summary>
internal sealed class FuserValidation
{
    private const int Seed = 7;
    private const int BatchRows = 8;
    private readonly FusionRecord[] records;
    private readonly FusionExample[] examples;
    private readonly FuserTokens tokens;
    private readonly int answers;

    public FuserValidation(FusionRecords heldOut, FuserTokens tokens, FuserRunConfig config)
    {
        var random = new Random(Seed);
        FusionRecipe recipe = config.Phases[^1].Recipe with { FewerShare = 0, WholeShare = 0 };
        records = [.. Enumerable.Range(0, config.ValidationRecords).Select(_ => heldOut.Next(recipe, random))];
        examples = [.. records.Select(record => FusionExample.Of(record, tokens))];
        this.tokens = tokens;
        answers = Math.Min(config.ValidationAnswers, records.Length);
    }

    /// <summary>Measures the network as it is.</summary>
    public JsonObject Run(FuserNetwork network, FuserLoss losses, long step)
    {
        double loss = 0;
        int right = 0;
        foreach (FusionExample[] chunk in examples.OrderBy(example => example.Source.Length).Chunk(BatchRows))
        {
            var (sum, correct) = losses.Measure(FusionBatch.Of(chunk, tokens.PadId));
            loss += sum;
            right += correct;
        }

        double count = examples.Sum(example => example.Target.Length);
        var result = new JsonObject
        {
            ["step"] = step,
            ["loss"] = Math.Round(loss / count, 4),
            ["accuracy"] = Math.Round(right / count, 4),
        };
        if (answers > 0)
        {
            AddAnswers(result, network);
        }

        return result;
    }

    private void AddAnswers(JsonObject result, FuserNetwork network)
    {
        int limit = examples.Max(example => example.Target.Length) + BatchRows;
        var written = new GreedyWriter(network).Write([.. examples.Take(answers).Select(example => example.Source)], limit);
        double fused = records.Zip(written).Average(pair => ChrF.Score(tokens.Decode(pair.Second), pair.First.Reference));
        var candidates = records.Take(answers)
            .Select(record => record.Candidates.Select(candidate => ChrF.Score(candidate, record.Reference)).ToArray()).ToArray();
        result["chrf_fused"] = Math.Round(fused, 2);
        result["chrf_best"] = Math.Round(candidates.Average(scores => scores.Max()), 2);
        result["chrf_mean"] = Math.Round(candidates.Average(scores => scores.Average()), 2);
    }
}
