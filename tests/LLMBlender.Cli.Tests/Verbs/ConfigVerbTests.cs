using LLMBlender.TestKit;

namespace LLMBlender.Cli.Tests.Verbs;

public sealed class ConfigVerbTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("{\n  \"LLMBlender\": { \"Panels\": [{ \"Name\": \"p\", \"Member\": [] }] }\n}", ":2:45: LLMBlender:Panels:0:Member: there is no key \"Member\"; did you mean \"Members\"?")]
    [InlineData("{\n  \"LLMBlender\": {\n", ":3:1: is not JSON: ")]
    [InlineData("{\"LLMBlendr\": {}}", ":1:2: there is no \"LLMBlender\" object, which contains all settings; did you mean \"LLMBlender\"?; there is \"LLMBlendr\"")]
    [InlineData("{\"LLMBlender\": {\"Backends\": [{\"Name\": \"b\", \"Model\": \"m\", \"Url\": \"http://x\"}],\n\"Panels\": [{\"Name\": \"p\", \"Members\": [\"b\"], \"Fuser\": \"bb\"}]}}", ":2:44: LLMBlender:Panels:0:Fuser is \"bb\", and must be one of Fusers (select) or the name of a backend")]
    [InlineData("{\"LLMBlender\": {\"Backends\": [{\"Name\": \"b\", \"Model\": \"m\", \"Url\": \"http://x\", \"KeyVariable\": \"NO_KEY\"}]}}", ":1:77: LLMBlender:Backends:0:KeyVariable is \"NO_KEY\", and must be an environment variable that is set")]
    [InlineData("{\"LLMBlender\": {\"Panels\": [{\"Name\": null}]}}", ":1:29: LLMBlender:Panels:0:Name is null, and must be a text")]
    [InlineData("{\"LLMBlender\": {\"Backends\": [{\"Name\": \"b\", \"DroppedFields\": [null]}]}}", ":1:62: LLMBlender:Backends:0:DroppedFields:0 is null, and must be a text")]
    public async Task Check_InvalidFile_SaysLineColumnAndRule(string json, string problem)
    {
        var file = folder.Write("c.json", json);

        var outcome = await CommandLine.RunAsync("config", "check", file);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains($"{file}{problem}", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"LLMBlender": {}, "Logging": {"Console": {"FormatterName": "json"}}}""")]
    [InlineData("""{"$schema": "./llmblender.schema.json", /* nothing */ "LLMBlender": {"Panels": []},}""")]
    public async Task Check_NothingConfigured_IsValid(string json)
    {
        var outcome = await CommandLine.RunAsync("config", "check", folder.Write("c.json", json));

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        Assert.Contains("panel sample (default)", outcome.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_NoFile_NamesTheVerbThatWritesOne()
    {
        var outcome = await CommandLine.RunAsync("config", "check", folder.File("none.json"));

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("'llmblender init' writes one", outcome.Error, StringComparison.Ordinal);
    }
}
