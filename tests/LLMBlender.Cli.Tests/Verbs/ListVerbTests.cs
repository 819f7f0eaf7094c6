using LLMBlender.TestKit;

namespace LLMBlender.Cli.Tests.Verbs;

public sealed class ListVerbTests(TinyModel tiny) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task List_Json_TellsWhatEachModelIs()
    {
        var models = (await RunAsync(tiny.Models, "--json")).Records;

        var model = models.Single(one => one["name"]!.GetValue<string>() == "tiny");
        Assert.Equal(
            ("pair-ranker", "fp32", tiny.Folder),
            (model["kind"]!.GetValue<string>(), model["precision"]!.GetValue<string>(), model["folder"]!.GetValue<string>()));
        Assert.Equal(Directory.GetFiles(tiny.Folder).Sum(file => new FileInfo(file).Length), model["bytes"]!.GetValue<long>());
    }

    [Fact]
    public async Task List_Table_NamesKindPrecisionAndFolder()
    {
        var outcome = await RunAsync(tiny.Models);

        Assert.Equal(ExitCode.Done, outcome.Code);
        Assert.All((string[])["tiny", "pair-ranker", "fp32", "MB"], word => Assert.Contains(word, outcome.Out, StringComparison.Ordinal));
    }

    [Fact]
    public async Task List_UnreadableManifest_IsListedWithItsError()
    {
        Directory.CreateDirectory(folder.File("broken"));
        folder.Write(Path.Combine("broken", "manifest.json"), "{}");

        var broken = (await RunAsync(folder.Path, "--json")).Records.Single(model => model["name"]!.GetValue<string>() == "broken");

        Assert.Contains("manifest.json", broken["error"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rank_ModelByName_IsFoundWhereTheVariableSays()
    {
        var outcome = await CommandLine.RunAsync(
            """{"id": 1, "instruction": "Say.", "candidates": [{"text": "a"}]}"""u8.ToArray(),
            ["rank", "--from", "-", "--ranker", "tiny"],
            terminal => terminal with { Variable = Models(tiny.Models) });

        Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Error));
    }

    public void Dispose() => folder.Dispose();

    private static Func<string, string?> Models(string root) => name => name == "LLMBLENDER_MODELS" ? root : null;

    private static Task<Outcome> RunAsync(string root, params string[] options) =>
        CommandLine.RunAsync([], ["models", "list", .. options], terminal => terminal with { Variable = Models(root) });
}
