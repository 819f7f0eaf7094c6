using LLMBlender.Inference.PairRanker;
using LLMBlender.TestKit;
using LLMBlender.Training.Evaluation;
using LLMBlender.Training.Fusion.Data;
using LLMBlender.Training.Fusion.Evaluation;

namespace LLMBlender.Training.Tests.Fusion.Evaluation;

public sealed class FusionEvaluationTests
{
    private static readonly FusionRecord Record = new("count", ["one two", "one two three four", "five"], "one two three four");

    [Fact]
    public void Run_WithARankersChoice_ComparesRecordByRecord()
    {
        Finding[] findings =
        [
            .. FusionEvaluation.Run("toy",
            [
                new(Record, "one two three", new("one two", "one two three")),
                new(Record, "one two three four", new("one two three four", "one two three four")),
            ]),
        ];
        Assert.Equal(16, findings.Length);
        Assert.Equal(100 * (6 / 7.0 + 1) / 2, Value("fused"), 10);
        Assert.Equal(100 * (2 / 3.0 + 1) / 2, Value("ranker's candidate"), 10);
        Assert.Equal(100, Value("best candidate"), 10);
        Assert.Equal(100 * (2 / 3.0 + 1 + 0) / 3, Value("mean candidate"), 10);
        Assert.Equal(100 * (6 / 7.0 - 2 / 3.0) / 2, Value("fused minus ranker's candidate"), 10);
        Assert.Equal(100 * (6 / 7.0 - 1) / 2, Value("fused minus best candidate"), 10);
        Assert.Equal(Value("fused"), Value("guarded"), 10);
        Assert.Equal(Value("fused minus ranker's candidate"), Value("guarded minus ranker's candidate"), 10);

        double Value(string part) => findings.Single(finding => finding.Part == part && finding.Metric == "ROUGE-L").Estimate.Value;
    }

    [Fact]
    public void Run_WithoutARanker_LeavesItsLinesOut() =>
        Assert.DoesNotContain(
            FusionEvaluation.Run("toy", [new(Record, "one", null)]),
            finding => finding.Part.Contains("ranker", StringComparison.Ordinal) || finding.Part == "guarded");

    [Fact]
    public void Choose_BetweenAnAnswerAndNothing_TakesTheAnswer()
    {
        using PairRankerModel ranker = PairRankerModel.Load(MiniRanker.Folder, new PairRankerOptions { Threads = 1 });
        var chooser = new CandidateChooser(ranker);
        const string answer = "Water boils at a lower temperature on a mountain, because the air presses less on it.";
        var record = new FusionRecord("Why does water boil sooner on a mountain?", ["", answer, "?"], answer);
        Assert.Equal(new RankersChoice(answer, answer), chooser.Choose(record, ""));
    }
}
