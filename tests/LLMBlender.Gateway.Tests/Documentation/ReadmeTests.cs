using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using LLMBlender.Local.Panels;
using LLMBlender.Local.Settings;
using LLMBlender.TestKit;
using Microsoft.Extensions.Configuration;

namespace LLMBlender.Gateway.Tests.Documentation;

/// <summary>What docs/http.md shows works.</summary>
public sealed partial class ReadmeTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private static readonly string Text = File.ReadAllText(Repository.File("docs", "http.md"));

    [Fact]
    public void QuickStart_Configuration_KeepsToTheRules()
    {
        var block = JsonBlock().Match(File.ReadAllText(Repository.File("docs", "quickstart", "developer.md"))).Groups[1].Value;
        var configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(block))).Build();

        var registry = PanelRegistryBuilder.Build(
            PanelConfiguration.Read(configuration), DiscoveredBackends.None, new PanelSources { Records = _ => [], Sample = () => [], Variable = _ => "a key" }, null, _ => { });

        Assert.Equal("house", Assert.Single(registry.Panels).Name);
    }

    [Fact]
    public void Readme_Configurations_KeepToTheRules()
    {
        var sources = new PanelSources { Records = _ => [], Sample = () => [], Variable = _ => "a key" };
        var blocks = JsonBlock().Matches(Text).Select(block => block.Groups[1].Value).ToList();
        var panels = new List<string>();
        var callers = new List<string>();
        foreach (var block in blocks)
        {
            var configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(block))).Build();
            panels.AddRange(PanelRegistryBuilder.Build(PanelConfiguration.Read(configuration), DiscoveredBackends.None, sources with { Sample = () => [("i", null, [new("m", "t")])] }, null, _ => { }).Panels.Select(panel => panel.Name));
            var gateway = new GatewayOptions();
            configuration.GetSection("LLMBlender:Gateway").Bind(gateway, binder => binder.ErrorOnUnknownConfiguration = true);
            Assert.True(new GatewayOptionsValidator().Validate(null, gateway).Succeeded);
            callers.AddRange(gateway.Callers.Select(caller => caller.Name));
        }

        Assert.Equal(["house", "self", "house", "house", "sample"], panels);
        Assert.Equal(["app"], callers);
    }

    [Fact]
    public async Task Readme_Request_IsAnswered()
    {
        var request = CurlBody().Match(Text);
        fixture.Gateway.Models.On("m", "1 is the number");
        fixture.Gateway.Use([fixture.Gateway.Backend("m")], new PanelSettings { Name = "sample", Members = ["m"] });

        var (status, _, _) = await fixture.Gateway.PostAsync(request.Groups["path"].Value, JsonDocument.Parse(request.Groups["body"].Value).RootElement);

        Assert.Equal(200, status);
    }

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();

    [GeneratedRegex("curl http://127\\.0\\.0\\.1:8080(?<path>\\S+) .*-d '(?<body>[^']+)'")]
    private static partial Regex CurlBody();
}
