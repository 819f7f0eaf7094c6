using CsCheck;
using LLMBlender.Core.Routing;

namespace LLMBlender.Core.Tests.Routing;

public sealed class RouteModelTests
{
    private static readonly RouteModel Route = new(
        [0.5f, 0], [new RoutedMember("a", 0.5, [1, 0]), new RoutedMember("b", 0.3, [-1, 0]), new RoutedMember("c", 0.2, [0, 0])]);

    [Fact]
    public void Probabilities_OfFeatures_AreTheLinearModelsOverTheirSum()
    {
        Assert.Equal([0.5, 0.3, 0.2], Route.Probabilities([0.5f, 9]), Near);
        Assert.Equal([0.7 / 1, 0.1 / 1, 0.2 / 1], Route.Probabilities([0.7f, 9]), Near);

        // Below 0 a share counts as a thousandth.
        Assert.Equal([1.5 / 1.701, 0.001 / 1.701, 0.2 / 1.701], Route.Probabilities([1.5f, 9]), Near);
    }

    [Fact]
    public void Probabilities_WrongNumberOfFeatures_AreRefused() =>
        Assert.Contains("there are 1 features, and the route has 2", Assert.Throws<ArgumentException>(() => Route.Probabilities([1])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(0.01, new[] { 1 })]
    [InlineData(0.5, new[] { 1 })]
    [InlineData(0.51, new[] { 1, 0 })]
    [InlineData(0.99, new[] { 1, 0, 3, 2 })]
    [InlineData(1, new[] { 1, 0, 3, 2, 4 })]
    public void Select_AProbability_TakesTheFewestMembers(double keep, int[] members) =>
        Assert.Equal(members, RouteModel.Select([0.3, 0.5, 0.05, 0.15, 0], keep));

    [Fact]
    public void Divide_AnyPanel_AsksEachMemberOnceAndKeepsTheProbability() =>
        Gen.Select(Gen.Double[0.01, 1], Gen.Float[-3, 3], Gen.String, Gen.Int[0, 7]).Sample((keep, feature, question, of) =>
        {
            string[] members = [.. new[] { "a", "b", "c", "new" }.Where((_, i) => i == 3 || ((of >> i) & 1) == 0)];

            var choice = new RouteRule(Route, keep, 0.05, 0.25).Divide(members, [feature, 0], question);

            Assert.NotEmpty(choice.First);
            Assert.Equal(members.Order(), choice.First.Concat(choice.Others).Order());
            var known = choice.Probabilities.Values.Sum();
            Assert.True(known == 0 || Math.Abs(known - 1) < 1e-9);
            Assert.True(known == 0 || choice.First.Sum(name => choice.Probabilities.GetValueOrDefault(name)) >= keep - 1e-9);
        });

    [Fact]
    public void Divide_ManyQuestions_ExploresAtItsRate()
    {
        var rule = new RouteRule(Route, 0.4, 0.1, 0.5);
        var choices = Enumerable.Range(0, 4000).Select(i => rule.Divide(["a", "b", "c", "new"], [0.5f, 0], $"question {i}")).ToArray();

        double Share(string member) => choices.Average(choice => choice.First.Contains(member) ? 1.0 : 0);
        Assert.Equal(1, Share("a"));
        Assert.InRange(Share("b"), 0.08, 0.12);
        Assert.InRange(Share("c"), 0.08, 0.12);
        Assert.InRange(Share("new"), 0.46, 0.54);
        Assert.Equal(choices[7].First, rule.Divide(["a", "b", "c", "new"], [0.5f, 0], "question 7").First);
    }

    [Fact]
    public void Divide_MembersThatTheRouteDoesNotKnow_AreAllAsked() =>
        Assert.Equal(["x", "y"], new RouteRule(Route, 0.4, 0, 0).Divide(["x", "y"], [0, 0], "?").First);

    private static bool Near(double a, double b) => Math.Abs(a - b) < 1e-6;
}
