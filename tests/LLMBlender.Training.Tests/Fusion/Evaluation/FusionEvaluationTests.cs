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
            [.. FusionEvaluation.Run("toy", [new(Record, "one two three", "one two"), new(Record, "one two three four", "one two three four")])];
        Assert.Equal(12, findings.Length);
        Assert.Equal(100 * (6 / 7.0 + 1) / 2, Value("fused"), 10);
        Assert.Equal(100 * (2 / 3.0 + 1) / 2, Value("ranker's candidate"), 10);
        Assert.Equal(100, Value("best candidate"), 10);
        Assert.Equal(100 * (2 / 3.0 + 1 + 0) / 3, Value("mean candidate"), 10);
        Assert.Equal(100 * (6 / 7.0 - 2 / 3.0) / 2, Value("fused minus ranker's candidate"), 10);
        Assert.Equal(100 * (6 / 7.0 - 1) / 2, Value("fused minus best candidate"), 10);

        double Value(string part) => findings.Single(finding => finding.Part == part && finding.Metric == "ROUGE-L").Estimate.Value;
    }

    [Fact]
    public void Run_WithoutARanker_LeavesItsLinesOut() =>
        Assert.DoesNotContain(
            FusionEvaluation.Run("toy", [new(Record, "one", null)]),
            finding => finding.Part.Contains("ranker", StringComparison.Ordinal));
}
