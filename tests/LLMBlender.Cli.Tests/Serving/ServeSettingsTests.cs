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
    [InlineData("""{"Admision":{}}""", "LLMBlender:Admision: there is no key \"Admision\"; did you mean \"Admission\"?")]
    [InlineData("""{"Gateway":{"Callers":[{"Nme":"a"}]}}""", "LLMBlender:Gateway:Callers:0:Nme: there is no key \"Nme\"; did you mean \"Name\"?")]
    public async Task Serve_SettingOutOfRange_NamesPropertyValueAndRule(string section, string problem) =>
        Assert.Contains(problem, await ErrorAsync($$"""{"LLMBlender":{{section}}}"""), StringComparison.Ordinal);

    [Fact]
    public async Task Serve_SettingsOutsideTheirObject_SaysWhereTheyBelong() => Assert.Contains(
        "there is no \"LLMBlender\" object, and \"Panels\" must be in it: {\"LLMBlender\": {\"Panels\": …}}",
        await ErrorAsync("""{"Panels":[{"Name":"p","Members":["m"]}]}"""),
        StringComparison.Ordinal);

    private async Task<string> ErrorAsync(string json)
    {
        var file = Path.Combine(folder, "settings.json");
        await File.WriteAllTextAsync(file, json);

        var outcome = await CommandLine.RunAsync("serve", "--role", "gateway", "--urls", "http://127.0.0.1:0", "--config", file);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        return outcome.Error;
    }
}
