using LLMBlender.Local.Settings;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Backends;

namespace LLMBlender.Gateway.Tests.Pages;

public sealed class PageTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private const string Chromium = "/usr/bin/chromium";
    private readonly LiveGateway gateway = fixture.Gateway;

    [Fact]
    public async Task Page_InChromium_AsksRanksFusesAndKeepsRuns()
    {
        Assert.SkipUnless(File.Exists(Chromium), $"there is no {Chromium}");
        const string Hostile = "5 is <img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script> the number";
        gateway.Models.On("one", "1 is the number");
        gateway.Models.On("hostile", Hostile);
        gateway.Models.On("ill", call => call.FailAsync(500, "<b>out</b> of order"));
        gateway.Models.On("late", async call =>
        {
            if (!Asks(call, "wait"))
            {
                await call.AnswerAsync("3 is the number");
                return;
            }

            await call.PieceAsync("3 is **nearly**");
            await call.HangAsync();
        });
        gateway.Models.On("fuser", call => call.AnswerAsync(Asks(call, "lose") ? "2 is a draft" : "9 is <i>the</i> number"));
        string[] many = [.. Enumerable.Range(1, 11).Select(i => $"m{i}")];
        foreach (var (name, i) in many.Select((name, i) => (name, i)))
        {
            var text = $"{i} is the number\n\n" + string.Concat(Enumerable.Repeat("## Part\n\nSome **words** and `code`, again and again.\n\n", 2000));
            gateway.Models.On(name, text[..100_000]);
        }

        string[] few = ["one", "hostile", "ill", "late"];
        gateway.Use(
            [.. few.Append("fuser").Concat(many).Select(name => gateway.Backend(name) with { PromptPrice = name == "hostile" ? 3 : null })],
            new PanelSettings { Name = "first", Members = ["one"] },
            new PanelSettings { Name = "shown", Members = few, Fuser = "fuser" },
            new PanelSettings { Name = "down", Members = ["ill"] },
            new PanelSettings { Name = "unsure", Stages = [["one", "hostile"], ["late"]], Confidence = 1 },
            new PanelSettings { Name = "eleven", Members = many, Fuser = "select" });
        using var shots = new TemporaryFolder();
        var url = gateway.Http.BaseAddress!.GetLeftPart(UriPartial.Authority);

        var output = await NodeScript.RunAsync("page.mjs", url, shots.Path);

        Assert.Contains("all good", output);
        Assert.All(["light.png", "dark.png", "phone.png", "eleven.png"], name => Assert.True(new FileInfo(shots.File(name)).Length > 10_000, $"{name} shows nothing"));
        var followUp = gateway.Models.CallsOf("one").First(call => Asks(call, "follow-up"));
        Assert.Equal(["user", "assistant", "user"], followUp.Messages.Select(message => message.Role));
        Assert.Equal("9 is <i>the</i> number", followUp.Messages[1].Text);

        static bool Asks(FakeCall call, string word) => call.Messages.Any(message => message.Text.Contains(word, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Markdown_InChromium_IsRenderedAndHostileTextIsNoMarkup()
    {
        Assert.SkipUnless(File.Exists(Chromium), $"there is no {Chromium}");
        using var shots = new TemporaryFolder();

        var output = await NodeScript.RunAsync("markdown.mjs", gateway.Http.BaseAddress!.GetLeftPart(UriPartial.Authority), shots.Path);

        Assert.Contains("all good", output);
        Assert.True(new FileInfo(shots.File("markdown.png")).Length > 10_000, "markdown.png shows nothing");
    }

    [Fact]
    public async Task Libraries_OfThePage_AreTheirPackagesFiles()
    {
        var source = Repository.File("src", "LLMBlender.Gateway");

        var output = await NodeScript.RunAsync("vendor.mjs", Path.Combine(source, "wwwroot", "page", "vendor"), Path.Combine(source, "vendor", "package.json"));

        Assert.Contains("all good", output);
    }

    [Fact]
    public async Task Page_Files_AreCompressedForWhoAcceptsIt()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/page/vendor/temml/temml.min.js");
        request.Headers.AcceptEncoding.ParseAdd("br, gzip");
        using var compressed = await gateway.Http.SendAsync(request);
        using var plain = await gateway.Http.GetAsync(new Uri("/page/vendor/temml/temml.min.js", UriKind.Relative));

        Assert.Equal("gzip", Assert.Single(compressed.Content.Headers.ContentEncoding));
        Assert.Empty(plain.Content.Headers.ContentEncoding);
        await using var unpacked = new System.IO.Compression.GZipStream(await compressed.Content.ReadAsStreamAsync(), System.IO.Compression.CompressionMode.Decompress);
        using var text = new StreamReader(unpacked);
        Assert.Equal(await plain.Content.ReadAsStringAsync(), await text.ReadToEndAsync());
    }

    [Fact]
    public async Task StatusPage_InChromium_ShowsRatesWorkersAndMembers()
    {
        Assert.SkipUnless(File.Exists(Chromium), $"there is no {Chromium}");
        await using var own = await LiveGateway.StartAsync();
        for (var i = 0; i < 2; i++)
        {
            var (status, body, _) = await own.PostAsync("/v1/blend", new { instruction = "What is the number?" });
            Assert.True(status == 200, $"{status}: {body}");
        }

        using var shots = new TemporaryFolder();

        var output = await NodeScript.RunAsync("status.mjs", own.Http.BaseAddress!.GetLeftPart(UriPartial.Authority), "2", shots.Path);

        Assert.Contains("all good", output);
        Assert.All(["status-light.png", "status-dark.png", "status-phone.png"], name => Assert.True(new FileInfo(shots.File(name)).Length > 10_000, $"{name} shows nothing"));
    }

    [Fact]
    public async Task Page_Files_ForbidScriptsOfOthersAndFrames()
    {
        using var response = await gateway.Http.GetAsync(new Uri("/", UriKind.Relative));

        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("script-src 'self'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.False(response.Headers.Contains("Server"));
    }
}
