using LLMBlender.Local.Panels;
using LLMBlender.TestKit;

namespace LLMBlender.Cli.Tests.Verbs;

public sealed class LearnRouteVerbTests : IDisposable
{
    private const int Questions = 12;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Learn_RankedAnswers_WritesARouteThatAPanelUses()
    {
        var (route, page) = (folder.File("route.json"), folder.File("curve.html"));

        var outcome = await CommandLine.RunAsync("learn", "route", "--from", folder.Write("sets.jsonl", Sets()), "--to", route, "--html", page, "--keep", "0.6", "--json");

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        var report = outcome.Records.Single();
        Assert.Equal((Questions, Questions / 2, 0.6), (report["questions"]!.GetValue<int>(), report["held"]!.GetValue<int>(), report["keep"]!.GetValue<double>()));
        Assert.Equal(1, report["points"]!.AsArray()[^1]!["calls"]!.GetValue<double>());
        Assert.Contains("<svg", await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var read = RouteFile.Read(route);
        Assert.Equal(("reward-minilm", "sets.jsonl", 0.6, 0.05, 0.25), (read.Encoder, read.From, read.Keep, read.Explore, read.ExploreUnknown));
        Assert.Equal(["good", "bad"], read.Members.Select(static member => member.Name));
        Assert.True(read.Members[0].Share > read.Members[1].Share);

        var check = await CommandLine.RunAsync("config", "check", Configuration(route));
        Assert.True(check.Code == ExitCode.Done, check.Error);
    }

    [Fact]
    public async Task Learn_ForAPerson_ShowsTheCurveAndWarns()
    {
        var outcome = await CommandLine.RunAsync("learn", "route", "--from", folder.Write("sets.jsonl", Sets()), "--to", folder.File("route.json"), "--judge", "j");

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        Assert.Contains($"route.json: learned on {Questions} questions", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("judged by j", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("warning: good has the best answer", outcome.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_RouteThatIsNotThere_IsNamed()
    {
        var check = await CommandLine.RunAsync("config", "check", Configuration(folder.File("route.json")));

        Assert.NotEqual(ExitCode.Done, check.Code);
        Assert.Contains($"the route {folder.File("route.json")} can't be read", check.Out + check.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--keep", "0", "--keep is \"0\", and must be a number from 0 to 1, above 0")]
    [InlineData("--explore", "2", "--explore is \"2\", and must be a number from 0 to 1")]
    [InlineData("--judge", "k", "has no score \"k\"")]
    [InlineData("--encoder", "nothing", "nothing")]
    [InlineData("--html", "sets.jsonl", "is the file that --from reads, and must be another")]
    public async Task Learn_OptionsThatDoNotFit_AreRefusedAndNothingIsWritten(string option, string value, string problem)
    {
        var sets = folder.Write("sets.jsonl", Sets());

        var outcome = await CommandLine.RunAsync("learn", "route", "--from", sets, "--to", folder.File("route.json"), option, value == "sets.jsonl" ? sets : value);

        Assert.NotEqual(ExitCode.Done, outcome.Code);
        Assert.Contains(problem, outcome.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("route.json")));
        Assert.Equal(Sets(), await File.ReadAllTextAsync(sets, TestContext.Current.CancellationToken));
    }

    private string Configuration(string route) => folder.Write("panels.json", $$"""
        {"LLMBlender":{"Backends":[{"Name":"good","Kind":"openai","Url":"http://localhost:1/v1","Model":"m"},{"Name":"bad","Kind":"openai","Url":"http://localhost:1/v1","Model":"n"}],
         "Panels":[{"Name":"p","Members":["good","bad"],"Route":"{{route.Replace("\\", "/", StringComparison.Ordinal)}}"}] } }
        """);

    private static string Sets() => string.Join('\n', Enumerable.Range(0, Questions).Select(static i =>
    {
        var good = $$"""{"model":"good","text":"{{i}} plus 1 is {{i + 1}}.","scores":{"j":1} }""";
        var bad = $$"""{"model":"bad","text":"plus plus is plus qq {{i}} qq qq is.","scores":{"j":0} }""";
        return $$"""{"id":{{i}},"instruction":"What is {{i}} plus 1?","candidates":[{{good}},{{bad}}]}""";
    }));
}
