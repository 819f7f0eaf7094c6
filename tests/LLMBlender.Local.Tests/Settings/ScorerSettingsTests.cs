using LLMBlender.Local.Panels;
using LLMBlender.Local.Settings;
using LLMBlender.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LLMBlender.Local.Tests.Settings;

public sealed class ScorerSettingsTests
{
    [Theory]
    [InlineData("Name", "", "Scorers:0:Name is missing, and must be a name of 1 to 128 letters")]
    [InlineData("Kind", "tei", "Scorers:0:Kind is \"tei\", and must be one of tei-rerank, tei-predict, vllm-score, vllm-rerank, vllm-classify, cohere-rerank, jina-rerank")]
    [InlineData("Url", "ftp://x", "Scorers:0:Url is \"ftp://x\", and must be an absolute http or https URL without a user")]
    [InlineData("Model", "", "Scorers:0:Model is missing, and must be the model's name")]
    [InlineData("Scores", "percent", "Scorers:0:Scores is \"percent\", and must be one of logit, probability")]
    [InlineData("Label", "good", "Scorers:0:Label is \"good\", and must be absent unless the Kind is tei-predict or vllm-classify")]
    [InlineData("Scale", "0", "Scorers:0:Scale is \"0\", and must be from 1E-06 to 1000000")]
    [InlineData("Scale", "NaN", "Scorers:0:Scale is \"NaN\", and must be from 1E-06 to 1000000")]
    [InlineData("MaxBatch", "0", "Scorers:0:MaxBatch is \"0\", and must be from 1 to 1024")]
    [InlineData("MaxConcurrency", "0", "Scorers:0:MaxConcurrency is \"0\", and must be from 1 to 100000")]
    [InlineData("Attempts", "11", "Scorers:0:Attempts is \"11\", and must be from 1 to 10")]
    [InlineData("Timeout", "00:00:00", "Scorers:0:Timeout is \"00:00:00\", and must be from 00:00:00.0100000 to 1.00:00:00")]
    [InlineData("MaxAnswerBytes", "0", "Scorers:0:MaxAnswerBytes is \"0\", and must be from 1 to 1073741824")]
    [InlineData("KeyVariable", "NOT_SET", "Scorers:0:KeyVariable is \"NOT_SET\", and must be an environment variable that is set")]
    [InlineData("KeyVariable", "sk-proj-abcdef", "Scorers:0:KeyVariable has 14 characters and is no variable's name")]
    [InlineData("KeyFile", "/no/such/file", "Scorers:0:KeyFile is \"/no/such/file\", and must be a file that can be read")]
    [InlineData("Truncate", "true", "Truncate")]
    public void Build_BrokenRule_NamesPropertyValueAndRule(string property, string value, string message)
    {
        var configuration = Configuration(("Name", "s"), ("Kind", "cohere-rerank"), ("Url", "http://localhost"), ("Model", "m"));
        configuration[$"LLMBlender:Scorers:0:{property}"] = value;

        var error = Assert.Throws<SettingsException>(() => Build(configuration));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_TwoKeys_AreRefused()
    {
        var error = Assert.Throws<SettingsException>(() => Build(Configuration(
            ("Name", "s"), ("Kind", "tei-rerank"), ("Url", "http://localhost"), ("KeyVariable", "MY_KEY"), ("KeyFile", "f"))));

        Assert.Equal("Scorers:0:KeyFile is \"f\", and must be absent where there is a KeyVariable", error.Message);
    }

    [Fact]
    public void Build_VllmLabelThatIsNoIndex_IsRefused()
    {
        var error = Assert.Throws<SettingsException>(() => Build(Configuration(
            ("Name", "s"), ("Kind", "vllm-classify"), ("Url", "http://localhost"), ("Label", "good"))));

        Assert.Equal("Scorers:0:Label is \"good\", and must be the label's index, from 0", error.Message);
    }

    [Theory]
    [InlineData("Scorers:1:", "Scorers:1: there are two scorers named \"s\"; names must differ")]
    [InlineData("Backends:0:", "Scorers:0: there are a backend and a scorer named \"s\"; names must differ")]
    public void Build_NameTwice_IsRefused(string other, string message)
    {
        var configuration = Configuration(("Name", "s"), ("Kind", "tei-rerank"), ("Url", "http://localhost"));
        configuration[$"LLMBlender:{other}Name"] = "s";
        configuration[$"LLMBlender:{other}Kind"] = other.StartsWith('S') ? "tei-rerank" : "openai";
        configuration[$"LLMBlender:{other}Url"] = "http://localhost/v1";
        configuration[$"LLMBlender:{other}Model"] = "m";

        Assert.Equal(message, Assert.Throws<SettingsException>(() => Build(configuration)).Message);
    }

    [Fact]
    public void Build_NameOfASampleMember_IsRefused()
    {
        var configuration = Configuration(("Name", "a"), ("Kind", "tei-rerank"), ("Url", "http://localhost"));

        Assert.Equal(
            "the panel sample: there are a backend and a scorer named \"a\"; names must differ",
            Assert.Throws<SettingsException>(() => Build(configuration)).Message);
    }

    [Fact]
    public void Settings_Defaults_AreThoseOfTheDocumentation()
    {
        var settings = new ScorerSettings();

        Assert.Equal((1.0, 32, 64, 3), (settings.Scale, settings.MaxBatch, settings.MaxConcurrency, settings.Attempts));
        Assert.Equal((TimeSpan.FromSeconds(30), 4 * 1024 * 1024), (settings.Timeout, settings.MaxAnswerBytes));
        Assert.Equal(
            ["cohere-rerank", "jina-rerank"],
            ScorerSettings.Kinds.Where(static kind => new ScorerSettings { Kind = kind }.ScoresAreProbabilities));
    }

    [Fact]
    public async Task Reload_ChangedFile_ReplacesChangedScorersAndKeepsTheOthers()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("settings.json", Json(1, "s", "t"));
        var configuration = new ConfigurationBuilder().AddJsonFile(file).Build();
        var services = new ServiceCollection().AddLogging();
        var registry = services.AddPanels(configuration, DiscoveredBackends.None, Sources(), _ => { });
        await using var provider = services.BuildServiceProvider();
        var reload = provider.GetRequiredService<IHostedService>();
        await reload.StartAsync(default);
        var (s, t) = (registry.FindScorer("s"), registry.FindScorer("t"));

        folder.Write("settings.json", Json(2, "s", "t", "u"));
        configuration.Reload();

        Assert.Same(s, registry.FindScorer("s"));
        Assert.NotSame(t, registry.FindScorer("t"));
        Assert.Equal(2, registry.FindScorer("t")!.Settings.Scale);
        Assert.NotNull(registry.FindScorer("u"));
        await reload.StopAsync(default);
    }

    // The scale is that of all scorers but the first.
    private static string Json(double scale, params string[] names) => System.Text.Json.JsonSerializer.Serialize(new
    {
        LLMBlender = new { Scorers = names.Select((name, i) => new { Name = name, Kind = "tei-rerank", Url = "http://localhost", Scale = i == 0 ? 1 : scale }) },
    });

    private static PanelRegistry Build(IConfiguration configuration) =>
        PanelRegistryBuilder.Build(PanelConfiguration.Read(configuration), DiscoveredBackends.None, Sources(), null, _ => { });

    private static PanelSources Sources() => new()
    {
        Records = _ => [],
        Sample = () => [("Which?", null, [new("a", "1")])],
        Variable = name => name == "MY_KEY" ? "the-key" : null,
    };

    private static IConfigurationRoot Configuration(params (string Name, string Value)[] values) => new ConfigurationBuilder()
        .AddInMemoryCollection(values.Select(value => KeyValuePair.Create($"LLMBlender:Scorers:0:{value.Name}", (string?)value.Value))).Build();
}
