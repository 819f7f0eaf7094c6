namespace LLMBlender.Cli.Tests.Serving;

public sealed class ServeSettingsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("llmblender-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("""{"Admission":{"MaxRequests":0}}""", "LLMBlender:Admission:MaxRequests is \"0\", and must be at least 1")]
    [InlineData("""{"Queue":{"MaxTokens":0}}""", "LLMBlender:Queue:MaxTokens is \"0\", and must be at least 1")]
    [InlineData("""{"Cache":{"MemoryEntries":-1}}""", "LLMBlender:Cache:MemoryEntries is \"-1\", and must be at least 1")]
    [InlineData("""{"Gateway":{"MaxRequestBytes":1}}""", "LLMBlender:Gateway:MaxRequestBytes is \"1\", and must be at least 1024")]
    public async Task Serve_SettingOutOfRange_NamesPropertyValueAndRule(string section, string problem)
    {
        var file = Path.Combine(folder, "settings.json");
        await File.WriteAllTextAsync(file, $$"""{"LLMBlender":{{section}}}""");

        var outcome = await CommandLine.RunAsync("serve", "--role", "gateway", "--urls", "http://127.0.0.1:0", "--config", file);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(problem, outcome.Error, StringComparison.Ordinal);
    }
}
