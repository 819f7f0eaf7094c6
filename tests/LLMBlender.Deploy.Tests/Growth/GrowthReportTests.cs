using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LLMBlender.Cluster.Tests.Processes;
using LLMBlender.TestKit;

namespace LLMBlender.Deploy.Tests.Growth;

/// <summary>The report of how cost grows, one round at the smallest places: this build beside itself.</summary>
public sealed class GrowthReportTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly TemporaryFolder folder = new();

    public static bool IsPossible => OperatingSystem.IsLinux() && RedisServer.IsInstalled;

    private static string Program => Repository.Built(Repository.File("src", "LLMBlender.Cli"), "llmblender.dll");

    public void Dispose() => folder.Dispose();

    [Fact(SkipUnless = nameof(IsPossible), Skip = RedisServer.SkipReason)]
    public async Task Report_ShortOfTwoBuilds_IsWhole()
    {
        var outcome = await ReportAsync(folder.File("growth.html"), Program, "--short", "--new", Program, "--new-name", "1.2 & more", "--old-name", "1.1");

        Assert.True(outcome.Code == 0, outcome.Output + outcome.Error);
        var report = JsonNode.Parse(File.ReadAllText(folder.File("growth.json")))!;
        Assert.Equal(
            ["date", "processor", "cores in use", "memory", "operating system", ".NET", "new: 1.2 & more", "old: 1.1", "ranker", "rounds", "load of the machine"],
            report["conditions"]!.AsObject().Select(static one => one.Key));
        var charts = report["charts"]!.AsArray().Select(static chart => chart!).ToArray();
        Assert.Equal(
            ["candidates", "candidates", "candidates", "candidates", "tokens of an answer", "tokens of an answer", "requests at the same time", "requests at the same time", "processes that compare", "processes that compare", "processes that compare"],
            charts.Select(static chart => (string?)chart["across"]));
        Assert.All(charts, static chart => Assert.Equal(2, chart["series"]!.AsArray().Count));
        Assert.All(charts, static chart => Assert.All(chart["series"]!.AsArray(), line => Assert.NotEmpty(line!["points"]!.AsArray())));
        Assert.All(
            charts.Where(static chart => (string?)chart["unit"] != "ms" || !((string)chart["title"]!).StartsWith("processor", StringComparison.Ordinal)),
            static chart => Assert.All(chart["series"]!.AsArray().SelectMany(static line => line!["points"]!.AsArray()), point => Assert.True((double)point!["median"]! > 0, chart.ToJsonString())));
        var page = File.ReadAllText(folder.File("growth.html"));
        Assert.Equal(charts.Length, Regex.Count(page, "<svg "));
        Assert.All(charts, chart => Assert.Contains($"{(string?)chart["title"]}, {(string?)chart["unit"]}", page, StringComparison.Ordinal));
        Assert.Contains("new: 1.2 &amp; more", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("(src|href)=", page);
    }

    [Theory]
    [InlineData]
    [InlineData("--short")]
    [InlineData("growth.html", "old.dll", "model", "more")]
    [InlineData("growth.html", "--new")]
    public async Task Report_WrongArguments_ShowsUsage(params string[] args)
    {
        var outcome = await ReportAsync(args);

        Assert.Equal(2, outcome.Code);
        Assert.Contains("report HTML [OLD [MODEL]]", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_BuildThatIsMissing_IsNamed()
    {
        var outcome = await ReportAsync(folder.File("growth.html"), folder.File("llmblender.dll"), "--new", Program);

        Assert.NotEqual(0, outcome.Code);
        Assert.Contains($"{folder.File("llmblender.dll")} is missing", outcome.Error, StringComparison.Ordinal);
    }

    private static Task<Outcome> ReportAsync(params string[] args) => Outcome.OfAsync(
        new ProcessStartInfo("dotnet", [Path.Combine(Repository.Built(Repository.File("tests", "LLMBlender.Benchmarks"), "linux-x64"), "LLMBlender.Benchmarks.dll"), "report", .. args]), Patience);
}
