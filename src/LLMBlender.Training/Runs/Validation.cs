using System.Text.Json.Nodes;
using LLMBlender.Training.Data;
using LLMBlender.Training.Network;

namespace LLMBlender.Training.Runs;

/// <summary>Accuracy on pairs that are never trained on, by tag, both orders together.</summary>
internal sealed class Validation
{
    private const int MadeUpSeed = 7;
    private readonly RankerRunConfig config;
    private readonly List<TrainingPair> pairs = [];

    public Validation(TrainingData data, RankerRunConfig config, Lexicon lexicon)
    {
        this.config = config;
        foreach (var (_, group) in data.HeldOutPairs.OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            pairs.AddRange(Sample(group));
        }

        var random = new Random(MadeUpSeed);
        int limit = config.Phases.Min(phase => phase.CandidateMaxLength);
        foreach (string tag in MadeUpPairs.Tags)
        {
            for (int i = 0; i < config.ValidationPairs; i++)
            {
                pairs.Add(data.HeldOutMadeUp.Next(tag, limit, random));
            }
        }

        foreach (string file in config.ReportPairs)
        {
            pairs.AddRange(Sample([.. DataFiles.Read<PairRecord>(file).Select(pair => TrainingData.Encode(pair, lexicon) with
            {
                Tag = "report-" + pair.Source,
            })]));
        }
    }

    /// <summary>Accuracy of each tag, at the lengths of <paramref name="phase"/>.</summary>
    public JsonObject Run(PairRankerNetwork network, PairLayout layout, RankerPhase phase, long step)
    {
        var scorer = new PairScorer(network, layout, config.Workers)
        {
            SourceMaxLength = phase.SourceMaxLength,
            CandidateMaxLength = phase.CandidateMaxLength,
        };
        var right = scorer.Score(pairs).Select(pair => pair.BetterFirst > pair.WorseFirst);
        var result = new JsonObject { ["step"] = step };
        foreach (var group in pairs.Zip(right).GroupBy(pair => pair.First.Tag))
        {
            result[group.Key] = Math.Round(group.Average(pair => pair.Second ? 1.0 : 0.0), 4);
        }

        return result;
    }

    private List<TrainingPair> Sample(List<TrainingPair> group)
    {
        TrainingPair[] all = [.. group];
        new Random(MadeUpSeed).Shuffle(all);
        return [.. all.Take(config.ValidationPairs)];
    }
}
