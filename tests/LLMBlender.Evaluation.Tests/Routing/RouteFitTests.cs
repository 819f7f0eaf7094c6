using LLMBlender.Evaluation.Routing;
using LLMBlender.Evaluation.Staging;

namespace LLMBlender.Evaluation.Tests.Routing;

/// <summary>Routes over simulated questions of two topics: one member is best on the first, another on the second, and two are never best.</summary>
public sealed class RouteFitTests
{
    [Fact]
    public void Of_MembersWithTopicsOfTheirOwn_FindsThem()
    {
        var route = RouteFit.Of(Drawn(400), 1);

        var first = route.Probabilities([1, 0.3f, 0]);
        var second = route.Probabilities([-1, 0.3f, 0]);
        Assert.True(first[0] > 2 * first[1] && second[1] > 2 * second[0], $"{string.Join(' ', first)}; {string.Join(' ', second)}");
        Assert.True(first[2] < 0.1 && second[3] < 0.1);
    }

    [Fact]
    public void Of_FeaturesWithoutMeaning_KeepsTheMeans()
    {
        var random = new Random(1);
        RoutedQuestion[] questions = [.. Drawn(400).Select(question => question with { Features = [(float)random.NextDouble(), (float)random.NextDouble(), (float)random.NextDouble()] })];

        var route = RouteFit.Of(questions, 1);

        Assert.All(route.Members, member => Assert.All(member.Weights, static weight => Assert.InRange(weight, -0.12, 0.12)));
    }

    [Fact]
    public void Of_AMemberWithFewAnswers_IsFittedToThose()
    {
        var questions = Drawn(200);
        questions[0] = questions[0] with { Set = new JudgedSet(["a", "late"], [0, 1], new float[,] { { 0, -2 }, { 2, 0 } }) { Texts = ["one", "two"] } };

        var route = RouteFit.Of(questions, 1);

        Assert.Equal(["a", "late", "b", "c", "d"], route.Members.Select(static member => member.Name));
        Assert.Equal(1 / (1 + Math.Exp(-2)), route.Members[1].Share, 1e-6);
        Assert.All(route.Members[1].Weights, static weight => Assert.Equal(0, weight));
    }

    [Fact]
    public void Report_MembersWithTopicsOfTheirOwn_SavesCallsThatTheSameMembersDoNot()
    {
        var report = RouteReport.Of(Drawn(600), 1);

        Assert.True(report.Keep < 1);
        var (kept, same) = report.Points.Zip(report.Fixed).First(pair => pair.First.Keep == report.Keep);
        Assert.True(kept.Calls < 0.55, $"{kept}");
        Assert.True(kept.Score > same.Score || kept.Calls < same.Calls, $"{kept} {same}");
        Assert.Equal(300, report.Questions);
        Assert.Equal(1, report.Points[^1].Calls);
        Assert.InRange(report.EffectiveMembers, 1.8, 2.3);
        Assert.Empty(report.Warnings());
    }

    [Fact]
    public void Report_OneMemberThatIsAlwaysBest_Warns()
    {
        var report = RouteReport.Of([.. Drawn(100).Select(static question => question with { Features = [1, 0, 0], Set = question.Set with { Logits = Logits([3, 0, 0, 0]), Scores = [1, 0, 0, 0] } })], 1);

        Assert.Contains("a has the best answer to 100", Assert.Single(report.Warnings(), static warning => warning.StartsWith("a has", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains(report.Warnings(), static warning => warning.StartsWith("the same members are asked for 100", StringComparison.Ordinal));
        Assert.Equal(1, report.EffectiveMembers, 1e-9);
    }

    [Fact]
    public void Report_MembersThatSayTheSame_Warns()
    {
        var report = RouteReport.Of([.. Drawn(40).Select(static (question, i) => question with { Set = question.Set with { Texts = [$"the answer is {i}", "no", $"The answer is {i}.", "maybe"] } })], 1);

        Assert.Contains(report.Warnings(), static warning => warning.StartsWith("a and c say nearly the same (100", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Report_TooFewQuestions_IsRefused(int count) =>
        Assert.Contains($"there are {count} questions, and at least 4 are needed", Assert.Throws<ArgumentException>(() => RouteReport.Of(Drawn(count), 1)).Message, StringComparison.Ordinal);

    private static RoutedQuestion[] Drawn(int count)
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var topic = random.Next(2) == 0 ? 1 : -1;
            double[] quality = [2 * topic, -2 * topic, -1, -1];
            var seen = Array.ConvertAll(quality, value => value + random.NextDouble() - 0.5);
            return new RoutedQuestion(
                new JudgedSet(["a", "b", "c", "d"], seen, Logits(seen)) { Texts = [$"a {i}", $"b {i + 1}", $"c {i + 2}", $"d {i + 3}"] },
                [(float)(topic + (0.2 * random.NextDouble())), (float)random.NextDouble(), 0]);
        })];
    }

    private static float[,] Logits(double[] scores)
    {
        var logits = new float[scores.Length, scores.Length];
        for (var i = 0; i < scores.Length; i++)
        {
            for (var j = 0; j < scores.Length; j++)
            {
                logits[i, j] = (float)(scores[i] - scores[j]);
            }
        }

        return logits;
    }
}
