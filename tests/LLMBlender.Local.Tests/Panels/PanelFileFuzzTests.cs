using LLMBlender.Core.Blending;
using LLMBlender.Core.Routing;
using LLMBlender.Local.Panels;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Fuzzing;

namespace LLMBlender.Local.Tests.Panels;

/// <summary>Changed files that panels name: read, or refused by name.</summary>
public sealed class PanelFileFuzzTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Read_ChangedRoute_ReadsOrRefuses()
    {
        var route = new RouteFile
        {
            Encoder = "e",
            EncoderHash = "sha256:1",
            From = "f",
            Questions = 9,
            Keep = 0.75,
            Explore = 0.05,
            ExploreUnknown = 0.25,
            Mean = [0.5f, 1],
            Members = [new RoutedMember("a", 0.5, [1, 2]), new RoutedMember("b", 0.5, [-1, 0])],
        };
        Fuzz.Run<ArgumentException>(1000, [route.ToUtf8()], changed =>
        {
            var rule = RouteFile.Read(folder.Write("route.json", changed)).For("p", ["a", "b"]);
            Assert.All(rule.Model.Probabilities([0.5f, 1.5f]), static probability => Assert.InRange(probability, 0, 1));
        });
    }

    [Fact]
    public void Read_ChangedCalibration_ReadsOrRefuses()
    {
        var valid = """
            {"format":1,"ranker":"r","judge":"j","within":0.01,"from":"f","questions":20,"stages":[{"members":["a"],"offset":0.1,"slope":1.5},{"members":["b"],"offset":-0.1,"slope":0}],"accepted":LEVELS,"wrong":LEVELS}
            """.Replace("LEVELS", $"[{string.Join(',', Enumerable.Repeat(1, PanelCalibration.Levels))}]", StringComparison.Ordinal);
        Fuzz.Run<ArgumentException>(1000, [System.Text.Encoding.UTF8.GetBytes(valid)], changed =>
            Assert.NotNull(PanelCalibrationFile.Read(folder.Write("calibration.json", changed)).For("p", [["a"], ["b"]], "r")));
    }
}
