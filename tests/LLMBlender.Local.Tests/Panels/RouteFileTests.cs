using LLMBlender.Core.Routing;
using LLMBlender.Local.Panels;
using LLMBlender.TestKit;

namespace LLMBlender.Local.Tests.Panels;

public sealed class RouteFileTests : IDisposable
{
    private static readonly RouteFile Route = new()
    {
        Encoder = "reward-minilm",
        EncoderHash = "sha256:1",
        From = "traffic.jsonl",
        Questions = 9,
        Keep = 0.75,
        Explore = 0.05,
        ExploreUnknown = 0.25,
        Mean = [0.5f],
        Members = [new RoutedMember("a", 0.5, [1]), new RoutedMember("b", 0.5, [-1])],
    };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Read_WhatWasWritten_IsTheSameRule()
    {
        var read = RouteFile.Read(Written(Route));

        var rule = read.For("p", ["b", "c"]);
        Assert.Equal((0.75, 0.05, 0.25), (rule.Keep, rule.Explore, rule.ExploreUnknown));
        Assert.Equal([1, 0], rule.Model.Probabilities([1.5f]).Select(static probability => Math.Round(probability, 2)));
    }

    [Theory]
    [InlineData("{", "can't be read")]
    [InlineData("null", "a JSON object was expected, not null")]
    [InlineData("{}", "missing required properties")]
    public void Read_OtherContent_IsRefusedByName(string content, string problem)
    {
        var file = folder.Write("route.json", content);

        var refused = Assert.Throws<ArgumentException>(() => RouteFile.Read(file));
        Assert.Contains($"the route {file} can't be read", refused.Message, StringComparison.Ordinal);
        Assert.Contains(problem, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_InvalidValue_NamesItAndTheRule()
    {
        Refused(Route with { Format = 2 }, "\"format\" is 2, and this build reads 1 only");
        Refused(Route with { Keep = 0 }, "\"keep\" is 0, and must be above 0");
        Refused(Route with { Explore = 1.5 }, "must be from 0 to 1");
        Refused(Route with { Members = [] }, "must list one member at least");
        Refused(Route with { Members = [new RoutedMember("a", 1, [1, 2])] }, "1 weights, as many as \"mean\" has");
        Refused(Route with { Mean = [] }, "\"mean\" must list finite numbers");
    }

    [Fact]
    public void For_AnotherPanelsMembers_NamesBoth() => Assert.Equal(
        "panel \"p\" asks x, y, and its route is of a panel that asks a, b (Parameter 'members')", Assert.Throws<ArgumentException>(() => Route.For("p", ["x", "y"])).Message);

    [Fact]
    public void PanelRoute_WithoutItsModel_SaysWhichIsMissing()
    {
        var file = Written(Route);

        Assert.Contains("this program loads no models", Assert.Throws<ArgumentException>(() => PanelRoute.Read(file, "p", ["a"], null)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "reads the model \"reward-minilm\"",
            Assert.Throws<ArgumentException>(() => PanelRoute.Read(file, "p", ["a"], name => QuestionEncoder.Load(folder.File(name)))).Message,
            StringComparison.Ordinal);
        using var encoder = QuestionEncoder.Load(Repository.File("models", "reward-minilm"));
        Assert.Contains(
            "is of another model \"reward-minilm\" than the one here", Assert.Throws<ArgumentException>(() => PanelRoute.Read(file, "p", ["a"], _ => encoder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Features_OfThePackagedModel_TellQuestionsApart()
    {
        using var encoder = QuestionEncoder.Load(Repository.File("models", "reward-minilm"));

        var features = encoder.Features(["What is 2 + 2?", "What is 3 + 4?", "Write a poem about autumn leaves."], CancellationToken.None);

        Assert.All(features, static vector => Assert.Equal(384, vector.Length));
        Assert.True(Distance(features[0], features[1]) < Distance(features[0], features[2]));

        static double Distance(float[] a, float[] b) => a.Zip(b, static (x, y) => (double)(x - y) * (x - y)).Sum();
    }

    private void Refused(RouteFile file, string problem) =>
        Assert.Contains(problem, Assert.Throws<ArgumentException>(() => RouteFile.Read(Written(file))).Message, StringComparison.Ordinal);

    private string Written(RouteFile file) => folder.Write("route.json", System.Text.Encoding.UTF8.GetString(file.ToUtf8()));
}
