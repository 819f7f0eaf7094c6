using LLMBlender.TestKit;
using LLMBlender.Training.Data;
using LLMBlender.Training.Evaluation;

namespace LLMBlender.Training.Tests.Evaluation;

public sealed class FigureTablesTests : IDisposable
{
    private static readonly Finding[] Findings =
    [
        new("sets", "empty", "accuracy", new Estimate(0.95, 0.9, 0.98, 200)),
        new("sets", "all", "judge's score, ranker", new Estimate(0.0594, 0.0391, 0.0801, 400)),
        new("sets", "all", "judge's rank, ranker", new Estimate(4.384, 4.1, 4.7, 400)),
        new("sets", "all", "pairwise accuracy, ranker", new Estimate(0.66, 0.64, 0.68, 400)),
        new("sets", "all", "pairwise accuracy, longest", new Estimate(0.639, 0.62, 0.65, 400)),
        new("sets", "all", "judge's rank, ranker less longest", new Estimate(-0.4, -0.7, -0.1, 400)),
        new("sets", "longer by more than 2 times", "pairwise accuracy, ranker", new Estimate(0.7, 0.65, 0.72, 400)),
        new("sets", "longer by more than 2 times", "pairwise accuracy, longest", new Estimate(0.8, 0.78, 0.82, 400)),
        new("pairs", "all", "accuracy", new Estimate(0.5, 0.45, 0.55, 2000)),
        new("pairs", "all", "accuracy of the longer one", new Estimate(0.52, 0.47, 0.57, 2000)),
    ];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Replace_BetweenTheMarks_KeepsTheRest()
    {
        string file = folder.Write("README.md", "# Model\n<!-- figures -->\nstale\n<!-- /figures -->\nAfter.\n");

        FigureTables.Replace(file, Findings);
        FigureTables.Replace(file, Findings);

        string text = File.ReadAllText(file);
        Assert.StartsWith("# Model\n<!-- figures -->\n\n**sets**, 400 sets\n", text, StringComparison.Ordinal);
        Assert.EndsWith("<!-- /figures -->\nAfter.\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("stale", text, StringComparison.Ordinal);
        Assert.Contains("| ranker | 0.059 [0.039, 0.080] | 4.38 [4.10, 4.70] | 66.0 % [64.0, 68.0] |", text, StringComparison.Ordinal);
        Assert.Contains("| judge's rank, ranker less longest | -0.40 [-0.70, -0.10] |", text, StringComparison.Ordinal);
        Assert.Contains("**sets**, 200 pairs\n\n| part | right | the longer one | pairs |\n|---|---|---|---|\n| empty | 95.0 % [90.0, 98.0] |  | 200 |", text, StringComparison.Ordinal);
        Assert.Contains("| all | 50.0 % [45.0, 55.0] | 52.0 % [47.0, 57.0] | 2,000 |", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_PartsWhereTheLongerAnswerPredictsBetter_AreNamed() => Assert.Contains(
        "predicts better than the ranker in: **sets, longer by more than 2 times**; pairs, all (bold", FigureTables.Write(Findings), StringComparison.Ordinal);

    [Fact]
    public void Replace_AFileWithoutMarks_NamesThem() => Assert.Contains(
        "must have the lines <!-- figures -->",
        Assert.Throws<DataException>(() => FigureTables.Replace(folder.Write("README.md", "# Model\n"), Findings)).Message,
        StringComparison.Ordinal);
}
