using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LLMBlender.Cluster.Tests.Processes;
using LLMBlender.TestKit;

namespace LLMBlender.Cluster.Tests.Operations;

/// <summary>What operators find on processes of different roles.</summary>
public sealed class RoleTests
{
    private const string Key = "a-key";

    [Fact]
    public async Task Process_ThatOnlyCompares_AnswersScrapesAndProbes()
    {
        await using var serve = ServeProcess.Start("compare");
        await serve.WhenReadyAsync();

        var scrape = await Scrape.OfAsync(serve.Url);

        Assert.Equal(1, scrape.Sum("llmblender_silo_role", ("role", "compare")));
        Assert.Equal(0, scrape.Sum("llmblender_silo_role", ("role", "gateway")));
        Assert.Equal(1, scrape.Sum("llmblender_model_loaded", ("kind", "ranker")));

        // The warm-up precedes readiness: its duration is known by then.
        Assert.True(scrape.Sum("llmblender_accelerator_warmup_seconds", ("accelerator", "cpu")) > 0);
        Assert.Equal(2048, scrape.Sum("llmblender_accelerator_batch_limit", ("accelerator", "cpu")));
        Assert.Equal((200, "ok"), await GetAsync(serve, "/health/startup"));
        Assert.Equal((200, "ok"), await GetAsync(serve, "/health/live"));
        Assert.Equal((503, "no silo of the cluster blends"), await GetAsync(serve, "/health/ready"));
        Assert.Equal(404, (await GetAsync(serve, "/v1/status")).Status);
        Assert.Equal(404, (await GetAsync(serve, "/dashboard/")).Status);
        Assert.Equal(0, scrape.Sum("orleans_catalog_activation_created_total", ("grain_type", "dashboard")));
    }

    [Fact]
    public async Task Process_WithNothingToCompareWith_IsAliveAndNotReady()
    {
        using var folder = new TemporaryFolder();
        folder.Write("serve.json", """{"LLMBlender":{"Accelerators":[]}}""");
        await using var serve = ServeProcess.Start("all", "--config", folder.File("serve.json"));
        await serve.WhenReadyAsync();

        Assert.Equal((200, "ok"), await GetAsync(serve, "/health/live"));
        var (status, problem) = await GetAsync(serve, "/health/ready");
        Assert.Equal(503, status);
        Assert.StartsWith("nothing to compare with", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dashboard_BehindItsRole_WantsACallersKey()
    {
        using var folder = new TemporaryFolder();
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Key)));
        folder.Write("serve.json", JsonSerializer.Serialize(new
        {
            LLMBlender = new { Gateway = new { Callers = new[] { new { Name = "one", KeySha256 = hash, RequestsPerMinute = 1 } } } },
        }));
        await using var serve = ServeProcess.Start("all,dashboard", "--config", folder.File("serve.json"));
        await serve.WhenReadyAsync();
        using var http = new HttpClient { BaseAddress = serve.Url };

        using var nobody = await http.GetAsync(new Uri("/dashboard/DashboardCounters", UriKind.Relative));
        using var wrong = await AskAsync(http, "another-key");
        using var page = await AskAsync(http, Key, "/dashboard/");

        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
        Assert.StartsWith("Basic", Assert.Single(nobody.Headers.WwwAuthenticate).ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("frame-ancestors 'none'", Assert.Single(page.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        await Until.IsSoAsync(
            async () =>
            {
                using var counters = await AskAsync(http, Key);
                using var json = JsonDocument.Parse(await counters.Content.ReadAsStringAsync());
                return json.RootElement.GetProperty("totalActiveHostCount").GetInt32() == 1;
            },
            "the dashboard has counted the silo");
        Assert.Equal(1, (await Scrape.OfAsync(serve.Url)).Sum("orleans_catalog_activation_created_total", ("grain_type", "dashboard")));

        // The password is for the dashboard alone.
        using var status = await AskAsync(http, Key, "/v1/status");
        Assert.Equal(HttpStatusCode.Unauthorized, status.StatusCode);
    }

    [Fact]
    public async Task Dashboard_OnAProcessOfItsOwn_IsForThisMachineAlone()
    {
        await using var serve = ServeProcess.Start("dashboard");
        await serve.WhenReadyAsync();
        using var http = new HttpClient { BaseAddress = serve.Url };

        using var near = await http.GetAsync(new Uri("/dashboard/", UriKind.Relative));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/dashboard/", UriKind.Relative));
        request.Headers.Host = "cluster.example";
        using var far = await http.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, near.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, far.StatusCode);
        Assert.Equal(404, (await GetAsync(serve, "/v1/models")).Status);
    }

    private static async Task<HttpResponseMessage> AskAsync(HttpClient http, string key, string path = "/dashboard/DashboardCounters")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"anyone:{key}")));
        return await http.SendAsync(request);
    }

    private static async Task<(int Status, string Body)> GetAsync(ServeProcess serve, string path)
    {
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri(serve.Url, path));
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
