using LLMBlender.Training.Data;
using LLMBlender.Training.Evaluation;
using LLMBlender.Training.Runs;

namespace LLMBlender.Training.Tests.Evaluation;

public sealed class CandidateSetEvaluationTests
{
    private static readonly Lexicon Words = new(word => [word.Length]);

    // The ranker goes by the number of words, so the text with most characters is not its choice.
    private static readonly CandidateSetRecord[] Sets =
    [
        .. Enumerable.Range(0, 20).Select(i => new CandidateSetRecord($"{i}", "question", "",
        [
            new CandidateRecord("low", "averylongsingleword", Score(0)),
            new CandidateRecord("middle", "a b", Score(0.5)),
            new CandidateRecord("high", "a b c", Score(1)),
            new CandidateRecord("unjudged", "a b c d", new Dictionary<string, double>()),
        ])),
    ];

    [Fact]
    public void Run_OfARankerThatAgreesWithTheJudge_FindsItBest()
    {
        Finding[] findings = [.. CandidateSetEvaluation.Run("toy", Sets, "judge", Words, new ByWords(1))];
        Assert.Equal(1, Value(findings, "judge's score, ranker"));
        Assert.Equal(1, Value(findings, "judge's rank, ranker"));
        Assert.Equal(1, Value(findings, "pairwise accuracy, ranker"));
        Assert.Equal(0, Value(findings, "judge's score, longest"));
        Assert.Equal(3, Value(findings, "judge's rank, longest"));
        Assert.Equal(1.0 / 3, Value(findings, "pairwise accuracy, longest"), 1e-12);
        Assert.Equal(0.5, Value(findings, "judge's score, at random"));
        Assert.Equal(2, Value(findings, "judge's rank, at random"));
        Assert.Equal(1, Value(findings, "judge's score, always high"));
        Assert.Equal(1, Value(findings, "judge's score, ranker less longest"));
        Assert.DoesNotContain(findings, finding => finding.Part != "all" && !finding.Part.StartsWith(CandidateSetEvaluation.LengthPart, StringComparison.Ordinal));
        Assert.DoesNotContain(findings, finding => finding.Metric.Contains("bag", StringComparison.Ordinal));
    }

    // Lengths are 19, 3 and 5 characters: one pair within 1.25 to 2 times, two beyond.
    [Fact]
    public void Run_SetsOfKinds_MeasuresEachKindAndEachLengthDifference()
    {
        Finding[] findings = [.. CandidateSetEvaluation.Run("toy", Sets.Select((set, i) => set with { Subset = i < 5 ? "poems" : "sums" }), "judge", Words, new ByWords(1))];
        Finding Of(string part, string metric) => Assert.Single(findings, finding => finding.Part == part && finding.Metric == metric);
        Assert.Equal((1, 5), (Of("poems", "judge's rank, ranker").Estimate.Value, Of("poems", "judge's rank, ranker").Estimate.Count));
        Assert.Equal(3, Of("sums", "judge's rank, longest").Estimate.Value);
        Assert.Equal(1, Of("longer by 1.25 to 2 times", "pairwise accuracy, longest").Estimate.Value);
        Assert.Equal(0, Of("longer by more than 2 times", "pairwise accuracy, longest").Estimate.Value);
        Assert.Equal(1, Of("longer by more than 2 times", "pairwise accuracy, ranker").Estimate.Value);
        Assert.DoesNotContain(findings, finding => finding.Part == "longer by up to 1.25 times");
    }

    [Fact]
    public void Run_BesideAnotherRanker_SaysHowOftenTheyChooseAlike()
    {
        Finding[] same = [.. CandidateSetEvaluation.Run("toy", Sets, "judge", Words, new ByWords(1), other: new ByWords(2))];
        Finding[] opposed = [.. CandidateSetEvaluation.Run("toy", Sets, "judge", Words, new ByWords(1), other: new ByWords(-1))];
        Assert.Equal(1, Value(same, "same choice as the other ranker"));
        Assert.Equal(0, Value(opposed, "same choice as the other ranker"));
    }

    [Fact]
    public void Run_WithoutTheJudgesScore_SaysSo()
    {
        var error = Assert.Throws<DataException>(() => CandidateSetEvaluation.Run("toy", Sets, "nobody", Words, new ByWords(1)));
        Assert.Contains("nobody", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OfPairs_ReportsTagsAndWhatTheyShare()
    {
        TrainingPair[] pairs =
        [
            new TrainingPair { Tag = "hh-helpful-base", Source = [1], Better = [1, 1], Worse = [1] },
            new TrainingPair { Tag = "hh-helpful-online", Source = [1], Better = [1], Worse = [1, 1] },
            new TrainingPair { Tag = "hh-harmless-base", Source = [1], Better = [1, 1, 1], Worse = [1] },
        ];
        Finding[] findings = [.. PairEvaluation.Run("toy", pairs, new ByWords(1)).Where(finding => finding.Metric == "accuracy")];
        Assert.Equal(["all", "hh-helpful-*", "hh-harmless-base", "hh-helpful-base", "hh-helpful-online"], findings.Select(finding => finding.Part));
        Assert.Equal([2.0 / 3, 0.5, 1, 1, 0], findings.Select(finding => finding.Estimate.Value));
    }

    private static double Value(Finding[] findings, string metric) =>
        Assert.Single(findings, finding => finding.Part == "all" && finding.Metric == metric).Estimate.Value;

    private static Dictionary<string, double> Score(double score) => new() { ["judge"] = score };

    private sealed class ByWords(float factor) : IPairScorer
    {
        public int CandidateMaxLength => 64;

        public IReadOnlyList<(float BetterFirst, float WorseFirst)> Score(IReadOnlyList<TrainingPair> pairs) =>
            [.. pairs.Select(pair => factor * (pair.Better.Length - pair.Worse.Length)).Select(logit => (logit, -logit))];
    }
}
