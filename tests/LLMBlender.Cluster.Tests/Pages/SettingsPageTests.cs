using LLMBlender.Cluster.Tests.Processes;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Backends;

namespace LLMBlender.Cluster.Tests.Pages;

/// <summary>The settings page of the program itself, in a real Chromium.</summary>
public sealed class SettingsPageTests
{
    private const string Chromium = "/usr/bin/chromium";
    private static readonly NodeFolder Node = new("LLMBlender.Gateway.Tests", "node");

    [Fact]
    public async Task Page_InChromium_EditsTheFileAndTheNextBlendUsesIt()
    {
        Assert.SkipUnless(File.Exists(Chromium), $"there is no {Chromium}");
        if (await Node.WhenReadyAsync() is { } problem)
        {
            Assert.Skip($"npm's packages are missing: {problem}");
        }

        await using var models = await FakeModelServer.StartAsync();
        models.On("first", "One.");
        models.On("second", "Two.");
        models.On("third", "Three.");
        using var folder = new TemporaryFolder();
        var file = folder.Write("settings.json", $$"""
            {
              // by hand
              "LLMBlender": {
                "Backends": [
                  { "Name": "first", "Url": "{{models.Url}}", "Model": "first", "KeyVariable": "FAKE_KEY", "Attempts": 1 }, // quick
                  { "Name": "second", "Url": "{{models.Url}}", "Model": "second" }
                ],
                "Panels": [{ "Name": "both", "Members": ["first", "second"], "Fuser": "select" }]
              }
            }
            """);
        await using var server = ServeProcess.Start("all", new Dictionary<string, string> { ["FAKE_KEY"] = "the-secret-key" }, "--config", file, "--settings-page");
        await server.WhenReadyAsync();

        var outcome = await Node.RunScriptAsync("settings.mjs", server.Url.GetLeftPart(UriPartial.Authority), file, models.Url, folder.Path);

        Assert.True(outcome.Code == 0, outcome.Output + outcome.Error + string.Join('\n', server.Log));
        Assert.Contains("all good", outcome.Output, StringComparison.Ordinal);
        Assert.NotEmpty(models.CallsOf("third"));
        Assert.All(["settings-light.png", "settings-dark.png", "settings-phone.png"], name => Assert.True(new FileInfo(folder.File(name)).Length > 10_000, $"{name} shows nothing"));
    }

    [Fact]
    public async Task Page_ServerDoesNotAllowIt_SaysWhatDoes()
    {
        Assert.SkipUnless(File.Exists(Chromium), $"there is no {Chromium}");
        if (await Node.WhenReadyAsync() is { } problem)
        {
            Assert.Skip($"npm's packages are missing: {problem}");
        }

        await using var server = ServeProcess.Start("all");
        await server.WhenReadyAsync();

        var outcome = await Node.RunScriptAsync("settings.mjs", server.Url.GetLeftPart(UriPartial.Authority));

        Assert.True(outcome.Code == 0, outcome.Output + outcome.Error);
    }
}
