using LLMBlender.Core.Blending;
using LLMBlender.Core.Evaluation;

namespace LLMBlender.Evaluation.Staging;

/// <summary>A panel that asks its members in stages, on questions whose answers are recorded.</summary>
public sealed class StagedPanel
{
    private readonly string[][] stages;
    private readonly double temperature;
    private readonly double within;

    /// <param name="stages">The models by stage.</param>
    /// <param name="temperature">The ranker's temperature, above 0.</param>
    /// <param name="within">The difference to the best candidate's score up to which a choice is right; from 0.</param>
    /// <exception cref="ArgumentException">There is no stage, a stage is empty, or a model is named twice.</exception>
    public StagedPanel(string[][] stages, double temperature, double within)
    {
        ArgumentNullException.ThrowIfNull(stages);
        if (stages.Length == 0 || stages.Any(static stage => stage.Length == 0))
        {
            throw new ArgumentException("each stage must name a model, and there must be a stage", nameof(stages));
        }

        var models = stages.SelectMany(static stage => stage).ToArray();
        if (models.Distinct(StringComparer.Ordinal).Count() < models.Length)
        {
            throw new ArgumentException("the stages name a model twice, of which a set has one answer", nameof(stages));
        }

        (this.stages, this.temperature, this.within) = (stages, temperature, within);
    }

    /// <summary>
    /// Calibrates the panel: every other set, from the first one, gives the stages' probabilities, and the others give the counts of accepted and wrong
    /// choices.
    /// </summary>
    /// <param name="sets">The sets, at least two.</param>
    /// <param name="ranker">The ranker's name.</param>
    /// <exception cref="ArgumentException">There are fewer than two sets, or one has no answer of a model.</exception>
    public PanelCalibration Calibrate(IReadOnlyList<JudgedSet> sets, string ranker)
    {
        ArgumentNullException.ThrowIfNull(sets);
        if (sets.Count < 2)
        {
            throw new ArgumentException($"there are {sets.Count} sets, and at least 2 are needed", nameof(sets));
        }

        var fitted = Half(sets, 0).Select(Walk).ToArray();
        var calibration = new PanelCalibration
        {
            Ranker = ranker,
            Stages = [.. stages.Select((models, stage) => Fit(models, [.. fitted.Select(walk => walk[stage])]))],
            Accepted = [],
            Wrong = [],
        };
        var counted = Half(sets, 1).Select(Walk).ToArray();
        var accepted = new int[PanelCalibration.Levels];
        var wrong = new int[PanelCalibration.Levels];
        for (var level = 0; level < accepted.Length; level++)
        {
            foreach (var walk in counted)
            {
                var (stage, isAccepted) = Stop(walk, (double)level / PanelCalibration.Levels, calibration);
                accepted[level] += isAccepted ? 1 : 0;
                wrong[level] += isAccepted && !walk[stage].IsRight ? 1 : 0;
            }
        }

        return calibration with { Accepted = accepted, Wrong = wrong };
    }

    /// <summary>The half of the sets that does not give the probabilities, on which the panel is measured.</summary>
    public static IReadOnlyList<JudgedSet> Held(IReadOnlyList<JudgedSet> sets) => Half(sets, 1);

    /// <summary>Measures the panel at a threshold.</summary>
    /// <param name="sets">The sets.</param>
    /// <param name="threshold">The confidence from which a choice is accepted.</param>
    /// <param name="calibration">The calibration; null for the ranker's own confidence.</param>
    /// <param name="prices">The price of a call of each model; null for equal prices.</param>
    public StagingPoint Measure(IReadOnlyList<JudgedSet> sets, double threshold, PanelCalibration? calibration, Func<string, double>? prices = null)
    {
        ArgumentNullException.ThrowIfNull(sets);
        prices ??= static _ => 1;
        var all = stages.Sum(static stage => stage.Length);
        var allPrice = stages.Sum(stage => stage.Sum(prices));
        var ends = sets.Select(set => (Set: set, Walk: Walk(set))).Select(item =>
        {
            var (stage, isAccepted) = Stop(item.Walk, threshold, calibration);
            var choice = item.Walk[stage];
            return (
                Accepted: isAccepted ? 1.0 : 0,
                Wrong: isAccepted && !choice.IsRight ? 1.0 : 0,
                Calls: stages.Take(stage + 1).Sum(static models => models.Length) / (double)all,
                Price: stages.Take(stage + 1).Sum(models => models.Sum(prices)) / allPrice,
                Score: item.Set.Scores[choice.Candidate],
                Rank: item.Set.Rank(choice.Candidate));
        }).ToArray();
        var accepted = ends.Sum(static end => end.Accepted);
        return new StagingPoint(
            threshold,
            ends.Average(static end => end.Calls),
            ends.Average(static end => end.Price),
            ends.Average(static end => end.Score),
            ends.Average(static end => end.Rank),
            accepted / ends.Length,
            accepted > 0 ? ends.Sum(static end => end.Wrong) / accepted : 0);
    }

    /// <summary>The confidences after the last stage, and whether the choices are right.</summary>
    public Reliability Reliability(IReadOnlyList<JudgedSet> sets, PanelCalibration? calibration)
    {
        ArgumentNullException.ThrowIfNull(sets);
        return Core.Evaluation.Reliability.Of([.. sets.Select(Walk).Select(walk => (Confidence(walk, walk.Length - 1, calibration) ?? 0, walk[^1].IsRight ? 1.0 : 0))]);
    }

    // The choice after each stage.
    private Choice[] Walk(JudgedSet set)
    {
        var (asked, walk) = (new List<int>(), new Choice[stages.Length]);
        for (var stage = 0; stage < stages.Length; stage++)
        {
            asked.AddRange(stages[stage].Select(model => Find(set, model)));
            var (candidate, confidence) = set.Choose(asked, temperature);
            walk[stage] = new Choice(candidate, asked.Count, confidence, set.IsRight(candidate, within));
        }

        return walk;
    }

    private static (int Stage, bool IsAccepted) Stop(Choice[] walk, double threshold, PanelCalibration? calibration)
    {
        var stage = Array.FindIndex([.. walk.Select((_, i) => Confidence(walk, i, calibration))], confidence => confidence >= threshold);
        return stage < 0 ? (walk.Length - 1, false) : (stage, true);
    }

    private static double? Confidence(Choice[] walk, int stage, PanelCalibration? calibration) =>
        calibration is null ? walk[stage].Confidence : calibration.Confidence(stage, walk[stage].Answers, walk[stage].Confidence);

    private static StageCalibration Fit(string[] models, Choice[] choices)
    {
        if (choices[0].Answers == 1)
        {
            return new StageCalibration(models, null, LogisticFit.Constant(Array.ConvertAll(choices, static choice => choice.IsRight)).Offset);
        }

        var fit = LogisticFit.Of(Array.ConvertAll(choices, static choice => (choice.Confidence!.Value, choice.IsRight)));
        return new StageCalibration(models, fit.Slope, fit.Offset);
    }

    private static JudgedSet[] Half(IReadOnlyList<JudgedSet> sets, int rest) => [.. sets.Where((_, i) => i % 2 == rest)];

    private static int Find(JudgedSet set, string model)
    {
        var index = set.Models.ToList().IndexOf(model);
        return index >= 0 ? index : throw new ArgumentException($"a set has no answer of \"{model}\"; it has those of {string.Join(", ", set.Models)}", nameof(model));
    }

    private readonly record struct Choice(int Candidate, int Answers, double? Confidence, bool IsRight);
}

/// <summary>What a staged panel costs and gives at a threshold.</summary>
/// <param name="Threshold">The confidence from which a choice is accepted.</param>
/// <param name="Calls">The share of the calls that asking all members takes.</param>
/// <param name="Price">The share of their price.</param>
/// <param name="Score">The judge's mean score of the chosen candidates.</param>
/// <param name="Rank">Their mean rank among all candidates by the judge's score; 1 is the best.</param>
/// <param name="Coverage">The share of questions whose choice was accepted.</param>
/// <param name="Risk">The share of wrong ones among the accepted choices; 0 if there are none.</param>
public sealed record StagingPoint(double Threshold, double Calls, double Price, double Score, double Rank, double Coverage, double Risk);
