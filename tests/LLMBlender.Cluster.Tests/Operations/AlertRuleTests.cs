using LLMBlender.TestKit;

namespace LLMBlender.Cluster.Tests.Operations;

public sealed class AlertRuleTests
{
    private static readonly string Tests = Repository.File("tests", "LLMBlender.Cluster.Tests", "Operations", "alerts.test.yaml");

    [Fact(SkipUnless = nameof(Tool.IsInstalled), SkipType = typeof(Tool), Skip = Tool.SkipReason)]
    public Task Rules_Checked_AreSound() => Tool.CheckAsync("check", "rules", Files.Alerts);

    [Fact(SkipUnless = nameof(Tool.IsInstalled), SkipType = typeof(Tool), Skip = Tool.SkipReason)]
    public Task Rules_OverSeriesBrokenAndWhole_FireAndKeepQuiet() => Tool.CheckAsync("test", "rules", Tests);

    [Fact(SkipUnless = nameof(Tool.IsInstalled), SkipType = typeof(Tool), Skip = Tool.SkipReason)]
    public async Task Dashboards_Queries_AreSoundPromQL()
    {
        using var folder = new TemporaryFolder();
        var rules = Files.Dashboards.SelectMany(Files.Queries).Select((query, i) =>
            $"      - record: query:{i}\n        expr: >-\n          {query.Expression.Replace("$__rate_interval", "5m", StringComparison.Ordinal)}");
        folder.Write("queries.yaml", $"groups:\n  - name: queries\n    rules:\n{string.Join('\n', rules)}\n");

        await Tool.CheckAsync("check", "rules", folder.File("queries.yaml"));
    }

    // The scopes of a dashboard are its variables; an expression without them would add the releases of one Prometheus together.
    [Fact]
    public void Dashboards_Queries_AreLimitedToTheChosenReleasesAndPods()
    {
        string[] scopes = ["cluster", "instance", "namespace", "release"];

        Assert.All(Files.Dashboards.SelectMany(Files.Queries), query =>
            Assert.All(Query.Read(query.Expression).Series, series => Assert.Empty(scopes.Except(series.Labels))));
        Assert.All(Files.Dashboards, file => Assert.Empty(new[] { "datasource", "cluster", "namespace", "release", "pod" }.Except(Files.Variables(file))));
    }

    [Fact]
    public void Rules_Each_GroupByRelease() => Assert.All(Files.Rules(), rule =>
    {
        var grouping = Query.Read(rule.Expression).Grouping;
        Assert.True(grouping.Count == 0 || !new[] { "cluster", "namespace", "release" }.Except(grouping).Any(), rule.Name);
        Assert.True(grouping.Count > 0 || !rule.Expression.Contains("sum", StringComparison.Ordinal), rule.Name);
    });

    [Fact]
    public void Rules_Each_HasItsTestsAndItsSection()
    {
        var tests = File.ReadAllText(Tests);
        var sections = Files.Sections();

        Assert.All(Files.Rules(), rule =>
        {
            Assert.Contains($"name: {rule.Name} fires\n", tests, StringComparison.Ordinal);
            Assert.Contains($"name: {rule.Name} keeps quiet\n", tests, StringComparison.Ordinal);
            Assert.Equal($"deploy/METRICS.md#{rule.Name.ToLowerInvariant()}", rule.Annotations["runbook"]);
            Assert.Contains(rule.Name.ToLowerInvariant(), sections);
            Assert.NotEmpty(rule.Annotations["summary"]);
            Assert.NotEmpty(rule.Annotations["description"]);
        });
    }
}
