using System.Net.Http.Json;
using System.Text.Json;
using LLMBlender.Cluster.Tests.Processes;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Backends;

namespace LLMBlender.Cluster.Tests.Operations;

/// <summary>
/// The program itself, before fake model servers, that has had some of everything to do: blends that are fused, streamed, given
/// up and failed, rankings new and old, comparisons of a pair. Started once for many tests.
/// </summary>
public sealed class BusyServer : IAsyncLifetime
{
    /// <summary>Blends asked for that give an answer, by panel.</summary>
    internal const int Blends = 3;

    /// <summary>A word that only requests hold.</summary>
    internal const string Stray = "straying";

    private readonly TemporaryFolder folder = new();
    private FakeModelServer? models;
    private ServeProcess? serve;

    internal Uri Url => serve!.Url;

    /// <summary>What it tells of itself after all that.</summary>
    internal Scrape Scrape { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        models = await FakeModelServer.StartAsync();
        models.On("one", call => call.AnswerAsync("It is one.", 100, 20));
        models.On("two", call => call.AnswerAsync("I would say that it is two.", 100, 30));
        models.On("ill", call => call.FailAsync(500, "out of order"));
        models.On("fuser", call => call.AnswerAsync("It is between one and two.", 300, 10));
        folder.Write("serve.json", Config(models.Url));
        serve = ServeProcess.Start("all", "--config", folder.File("serve.json"));
        await serve.WhenReadyAsync();
        await WorkAsync();

        // A request is counted when its last byte is out, which may be after its reader has it.
        await Until.IsSoAsync(
            async () =>
            {
                Scrape = await Scrape.OfAsync(Url);
                return Scrape.Sum("gen_ai_workflow_duration_seconds_count") == Blends + 4 && Requests(Scrape) == Blends + 9;
            },
            "every request is counted");
    }

    public async ValueTask DisposeAsync()
    {
        if (serve is not null)
        {
            await serve.DisposeAsync();
        }

        if (models is not null)
        {
            await models.DisposeAsync();
        }

        folder.Dispose();
    }

    private static double Requests(Scrape scrape) =>
        scrape.Sum("http_server_request_duration_seconds_count", ("http_route", "/v1/blend"))
        + scrape.Sum("http_server_request_duration_seconds_count", ("http_route", "/v1/rank"));

    private static string Config(string url)
    {
        object Backend(string name) => new { Name = name, Model = name, Url = url, PromptPrice = 1, CompletionPrice = 2, Attempts = 1, BreakerCalls = 1000 };
        return JsonSerializer.Serialize(new
        {
            LLMBlender = new
            {
                Backends = new[] { Backend("one"), Backend("two"), Backend("ill"), Backend("fuser") },
                Panels = new object[]
                {
                    new { Name = "both", Shadow = "not-loaded", Members = new[] { "one", "two" }, Fuser = "fuser" },
                    new { Name = "lame", Members = new[] { "one", "two", "ill" }, Quorum = 2 },
                    new { Name = "dead", Members = new[] { "ill" } },
                    new { Name = "kept", Members = new[] { "fuser" }, Fuser = "select", Cache = "01:00:00", CacheSampled = true },
                },
            },
        });
    }

    private async Task WorkAsync()
    {
        using var http = new HttpClient { BaseAddress = Url, Timeout = Until.Patience };
        for (var i = 0; i < Blends; i++)
        {
            await PostAsync(http, "/v1/blend", new { instruction = $"What is {i}?", panel = "both" }, 200);
        }

        await PostAsync(http, "/v1/blend", new { instruction = "What is it?", panel = "lame" }, 200);
        await PostAsync(http, "/v1/blend", new { instruction = "What is it?", panel = "dead" }, 502);
        await PostAsync(http, "/v1/blend", new { instruction = "What is it, word by word?", panel = "both", stream = true }, 200);

        // The second one is given again.
        await PostAsync(http, "/v1/blend", new { instruction = "What is it, again?", panel = "kept" }, 200);
        await PostAsync(http, "/v1/blend", new { instruction = "What is it, again?", panel = "kept" }, 200);
        await StrayAsync(http);
        for (var i = 0; i < 2; i++)
        {
            await PostAsync(http, "/v1/rank", new { instruction = "Count.", candidates = new[] { new { text = "1" }, new { text = "2" }, new { text = "one" } } }, 200);
        }

        await PostAsync(http, "/v1/compare", new { instruction = "Count on.", a = "3", b = "three" }, 200);
        await PostAsync(http, "/v1/compare", new { instruction = "Count further.", a = "4", b = "four", order = "ba" }, 200);
    }

    // Names that nobody configured, wherever a request can have one.
    private static async Task StrayAsync(HttpClient http)
    {
        await PostAsync(http, "/v1/blend", new { instruction = "What is it?", panel = Stray }, 400);
        await PostAsync(http, "/v1/rank", new { instruction = Stray, ranker = Stray, candidates = new[] { new { model = Stray, text = Stray }, new { model = "b", text = "b" } } }, 400);
        using var path = await http.GetAsync(new Uri($"/v1/{Stray}", UriKind.Relative));
        using var method = await http.SendAsync(new HttpRequestMessage(new HttpMethod(Stray.ToUpperInvariant()), new Uri("/v1/rank", UriKind.Relative)));
    }

    private static async Task PostAsync(HttpClient http, string path, object body, int status)
    {
        using var response = await http.PostAsJsonAsync(new Uri(path, UriKind.Relative), body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{path} answered {(int)response.StatusCode}: {text}");
    }
}
