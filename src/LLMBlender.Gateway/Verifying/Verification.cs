using System.Globalization;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.Verifying;

/// <summary>The verdict on ranked answers: whether the best one is accepted, and what is known about the others.</summary>
/// <param name="record">The request.</param>
/// <param name="ranking">The ranking, with its matrix; the reference is its last row and column.</param>
/// <param name="rule">The panel's rule, if its ranker ranked; null for none.</param>
internal sealed class Verification(VerifyRecord record, RankingResponse ranking, PanelRule? rule)
{
    private const double DefaultThreshold = 0.9;
    private const double DefaultMargin = 0.05;

    private readonly double threshold = record.Confidence ?? rule?.Threshold ?? DefaultThreshold;
    private readonly double margin = record.TieMargin ?? DefaultMargin;
    private readonly int count = record.Candidates.Length;
    private readonly int best = ranking.Top(1)[0];

    /// <summary>Returns the verdict.</summary>
    public VerifyResult ToResult() => record.Reference is null ? Among() : Against();

    // Each answer against the reference.
    private VerifyResult Against()
    {
        var probabilities = Enumerable.Range(0, count).Select(i => ranking.Probability(i, count)).ToArray();
        var verdicts = Array.ConvertAll(probabilities, p => p >= threshold ? AnswerVerdict.Approve : p <= 1 - threshold ? AnswerVerdict.Reject : AnswerVerdict.Abstain);
        var (verdict, reason) = verdicts[best] is AnswerVerdict.Approve ? (AnswerVerdict.Approve, $"the best answer is better than the reference with probability {Shown(probabilities[best])}")
            : Array.TrueForAll(verdicts, static verdict => verdict is AnswerVerdict.Reject) ? (AnswerVerdict.Reject, $"the reference is better than every answer, the best one too with probability {Shown(1 - probabilities[best])}")
            : (AnswerVerdict.Abstain, Unsure(probabilities[best], "the ranker has no calibration, and says nothing about probabilities"));
        return Result(verdict, reason, probabilities[best], isCalibrated: false, verdicts, probabilities);
    }

    // The answers against one another.
    private VerifyResult Among()
    {
        var isCalibrated = rule?.IsCalibrated == true;
        var confidence = isCalibrated ? rule!.Confidence(Array.ConvertAll(record.Candidates, static candidate => candidate.Model), ranking.Confidence) : ranking.Confidence;
        var lead = Enumerable.Range(0, count).Select(i => i == best ? null : ranking.Probability(best, i)).ToArray();
        var verdicts = Array.ConvertAll(lead, p => p >= threshold ? AnswerVerdict.Reject : AnswerVerdict.Abstain);
        int[] tied = [.. Enumerable.Range(0, count).Where(i => lead[i] is { } p && Math.Abs(p - 0.5) <= margin)];
        var (verdict, reason) = (AnswerVerdict.Abstain, Unsure(confidence, Unknown(isCalibrated)));
        if (confidence >= threshold)
        {
            verdicts[best] = AnswerVerdict.Approve;
            (verdict, reason) = (AnswerVerdict.Approve, $"the best answer has confidence {Shown(confidence)}, and is accepted from {Shown(threshold)}");
        }
        else if (tied.Length > 0 && Enumerable.Range(0, count).All(i => i == best || tied.Contains(i) || verdicts[i] is AnswerVerdict.Reject))
        {
            (verdict, reason) = (AnswerVerdict.Tie, $"the ranker can't tell {tied.Length + 1} answers apart");
        }

        var second = lead.Select((p, i) => (P: p, I: i)).Where(other => other.P is not null && other.I != best).Select(static other => 1 - other.P!.Value).DefaultIfEmpty().Max();
        return Result(verdict, reason, confidence, isCalibrated && confidence is not null, verdicts, [.. lead.Select((p, i) => i == best && count > 1 && ranking.RankerInfo?.Temperature is not null ? 1 - second : 1 - p)]);
    }

    private string Unknown(bool isCalibrated) => isCalibrated
        ? $"the panel's calibration is of answers of {string.Join(", ", rule!.Stages.SelectMany(static stage => stage.Members))} by the ranker {rule.Ranker}, and not of these"
        : count == 1 ? "a single answer has nothing to be compared with; give a \"reference\", or a \"panel\" whose calibration knows its first stage"
        : "the ranker has no calibration, and says nothing about its confidence";

    private string Unsure(double? confidence, string unknown) => confidence is null ? unknown
        : double.IsInfinity(threshold) ? "no confidence is known to keep the panel's risk"
        : $"the confidence {Shown(confidence)} is between {Shown(1 - threshold)} and {Shown(threshold)}";

    private VerifyResult Result(AnswerVerdict verdict, string reason, double? confidence, bool isCalibrated, AnswerVerdict[] verdicts, double?[] probabilities) => new()
    {
        Id = record.Id,
        Verdict = verdict,
        Choice = verdict is AnswerVerdict.Approve or AnswerVerdict.Tie ? best : null,
        Reason = reason,
        Confidence = confidence,
        Threshold = double.IsInfinity(threshold) ? null : threshold,
        Calibrated = isCalibrated,
        Candidates = [.. record.Candidates.Select((candidate, i) => new VerifiedCandidate
        {
            Model = candidate.Model,
            Verdict = verdicts[i],
            Rank = ranking.Ranks[i],
            Score = ranking.Scores[i],
            Probability = probabilities[i],
        })],
        Comparisons = ranking.Comparisons,
        RankerInfo = ranking.RankerInfo,
    };

    private static string Shown(double? number) => number?.ToString("0.00", CultureInfo.InvariantCulture) ?? "?";
}
