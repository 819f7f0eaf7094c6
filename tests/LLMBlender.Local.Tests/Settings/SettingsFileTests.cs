using LLMBlender.Local.Panels;
using LLMBlender.Local.Settings;
using LLMBlender.Local.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace LLMBlender.Local.Tests.Settings;

public sealed class SettingsFileTests : IDisposable
{
    private const string Production = """
        {"LLMBlender": {"Backends": [{"Name": "a", "Url": "http://127.0.0.1:9/v1", "Model": "m"}], "Panels": [{"Name": "production", "Members": ["a"]}]}}
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("llmblender-settings-").FullName;
    private readonly List<string> errors = [];

    private string File => Path.Combine(folder, "settings.json");

    [Fact]
    public async Task Reload_FileRemoved_KeepsThePanelsAndNamesTheFile()
    {
        var (settings, registry) = await StartAsync();
        System.IO.File.Delete(File);

        settings.Reload();
        Assert.Empty(errors);
        settings.Reload();

        Assert.Equal(["production"], registry.Panels.Select(panel => panel.Name));
        Assert.Contains($"{File}: there is no such file", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"LLMBlender\": {\"Backends\": [{\"Name\"")]
    [InlineData("{} {}")]
    [InlineData("{\"LLMBlender\": {\"Panels\": 3}}")]
    [InlineData("{\"LLMBlender\": {\"Panels\": []}, \"llmblender\": {\"Panels\": []}}")]
    [InlineData("\0\0\0\0")]
    [InlineData("{}")]
    [InlineData("{\"LLMBlender\": {\"Panels\": []}}")]
    [InlineData("{\"LLMBlender\": {\"Panels\": [{\"Name\": \"p\", \"Members\": [\"unknown\"]}]}}")]
    public async Task Reload_InvalidContent_KeepsThePanelsAndIsLogged(string content)
    {
        var (settings, registry) = await StartAsync();
        await System.IO.File.WriteAllTextAsync(File, content, TestContext.Current.CancellationToken);

        settings.Reload();
        settings.Reload();

        Assert.Equal(["production"], registry.Panels.Select(panel => panel.Name));
        Assert.StartsWith("the changed configuration is not applied", Assert.Single(errors), StringComparison.Ordinal);

        // Another source that changes does not apply what the file lacks.
        settings.Reload();
        Assert.Equal(["production"], registry.Panels.Select(panel => panel.Name));
        Assert.Single(errors);
    }

    [Fact]
    public async Task Reload_FileComplete_AppliesItAfterAProblem()
    {
        var (settings, registry) = await StartAsync();
        await System.IO.File.WriteAllTextAsync(File, Production[..40], TestContext.Current.CancellationToken);
        settings.Reload();
        settings.Reload();
        Assert.NotNull(settings.Problem);

        await System.IO.File.WriteAllTextAsync(File, Production.Replace("production", "next", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        settings.Reload();

        Assert.Null(settings.Problem);
        Assert.Equal(["next"], registry.Panels.Select(panel => panel.Name));
    }

    [Fact]
    public async Task Reload_SameContentAfterAProblem_EndsTheProblem()
    {
        var (settings, _) = await StartAsync();
        System.IO.File.Delete(File);
        settings.Reload();
        settings.Reload();
        Assert.NotNull(settings.Problem);

        await System.IO.File.WriteAllTextAsync(File, Production, TestContext.Current.CancellationToken);
        settings.Reload();

        Assert.Null(settings.Problem);
    }

    [Fact]
    public async Task Reload_LinkReplaced_IsApplied()
    {
        System.IO.File.WriteAllText(Path.Combine(folder, "first.json"), Production);
        System.IO.File.WriteAllText(Path.Combine(folder, "second.json"), Production.Replace("production", "second", StringComparison.Ordinal));
        System.IO.File.CreateSymbolicLink(File, "first.json");
        var (settings, registry) = await StartAsync(write: false);

        System.IO.File.CreateSymbolicLink(File + "~", "second.json");
        System.IO.File.Move(File + "~", File, overwrite: true);
        settings.Reload();

        Assert.Equal(["second"], registry.Panels.Select(panel => panel.Name));
    }

    [Theory]
    [InlineData(null, "there is no such file")]
    [InlineData("{", "settings.json:1:2: is not JSON: ")]
    public void Load_FirstContentInvalid_Throws(string? content, string problem)
    {
        if (content is not null)
        {
            System.IO.File.WriteAllText(File, content);
        }

        var e = Assert.ThrowsAny<Exception>(() => ((IConfigurationBuilder)new ConfigurationManager()).Add(new SettingsFile(File, isOptional: false, null, TimeProvider.System)));

        Assert.True(e is IOException or InvalidDataException, e.ToString());
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private async Task<(SettingsFile Settings, PanelRegistry Registry)> StartAsync(bool write = true)
    {
        if (write)
        {
            await System.IO.File.WriteAllTextAsync(File, Production, TestContext.Current.CancellationToken);
        }

        // A clock that stands still: every read is the test's own.
        var settings = new SettingsFile(
            File, isOptional: false, configuration => PanelConfiguration.Read(configuration), new Microsoft.Extensions.Time.Testing.FakeTimeProvider());
        var configuration = new ConfigurationManager();
        ((IConfigurationBuilder)configuration).Add(settings);
        var sources = new PanelSources { Records = _ => [], Sample = () => [("q", null, [new Abstractions.Candidate("m", "t")])] };
        var registry = PanelRegistryBuilder.Build(PanelConfiguration.Read(configuration), DiscoveredBackends.None, sources, null, _ => { });
        using var metrics = new BlendMetrics();
        await new PanelReload(configuration, registry, DiscoveredBackends.None, sources, metrics, new ErrorLog(errors)).StartAsync(TestContext.Current.CancellationToken);
        return (settings, registry);
    }

    private sealed class ErrorLog(List<string> errors) : ILogger<PanelReload>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Error)
            {
                errors.Add(formatter(state, exception));
            }
        }
    }
}
