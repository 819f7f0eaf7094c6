using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LLMBlender.Local.Settings;
using LLMBlender.TestKit;

namespace LLMBlender.Gateway.Tests.Recording;

/// <summary>Recorded blends and feedback, through the whole server.</summary>
public sealed class RecordingTests : IDisposable
{
    private static readonly PanelSettings Recorded = new() { Name = "p", Members = ["one", "two"], Fuser = "select", Record = true };

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, object> Requests => new()
    {
        { "/v1/chat/completions", OpenAI.ChatTests.Chat("p") },
        { "/v1/responses", new { model = "p", input = "Which?", store = false } },
        { "/v1/messages", new { model = "p", max_tokens = 100, messages = new[] { new { role = "user", content = "Which?" } } } },
        { "/v1/blend", new { panel = "p", instruction = "Which?" } },
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Ask_PanelThatRecords_IsRecordedByTheAnswersId(string path, object body)
    {
        JsonElement[] records;
        string id;
        await using (var gateway = await StartAsync())
        {
            var (status, answer, response) = await gateway.PostAsync(path, body);
            Assert.Equal(200, status);
            id = Header(response)!;
            Assert.False(answer.TryGetProperty("trace", out _));
            if (path != "/v1/blend")
            {
                Assert.EndsWith(id, answer.GetProperty("id").GetString(), StringComparison.Ordinal);
            }
        }

        records = Lines();
        var record = Assert.Single(records);
        Assert.Equal((id, "p", "fake"), (record.GetProperty("id").GetString(), record.GetProperty("panel").GetString(), record.GetProperty("ranker").GetString()));
        Assert.Contains("Which", record.GetProperty("instruction").GetString(), StringComparison.Ordinal);
        Assert.Equal(["one", "two"], record.GetProperty("candidates").EnumerateArray().Select(static candidate => candidate.GetProperty("model").GetString()));
        Assert.Equal(2, record.GetProperty("matrix").GetArrayLength());
        Assert.Contains(record.GetProperty("output").GetString(), record.GetProperty("candidates").EnumerateArray().Select(static candidate => candidate.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task Stream_PanelThatRecords_IsRecorded()
    {
        await using (var gateway = await StartAsync())
        {
            var events = await gateway.StreamAsync("/v1/blend", new { panel = "p", instruction = "Which?", stream = true });
            Assert.DoesNotContain("\"trace\"", events[^1].Data, StringComparison.Ordinal);
        }

        Assert.Single(Lines());
    }

    [Fact]
    public async Task Ask_WhereRecordingIsOffOrRefused_RecordsNothing()
    {
        await using (var gateway = await StartAsync(new CallerOptions { Name = "shy", KeySha256 = Hash("shy-key"), Record = false }, new CallerOptions { Name = "open", KeySha256 = Hash("open-key") }))
        {
            gateway.Use([gateway.Backend("one"), gateway.Backend("two")], Recorded, Recorded with { Name = "q", Record = false });

            Assert.Null(await SendAsync(gateway, "shy-key", "p"));
            Assert.Null(await SendAsync(gateway, "open-key", "q"));
            Assert.Null(await SendAsync(gateway, "open-key", "p", refuses: true));
            Assert.NotNull(await SendAsync(gateway, "open-key", "p"));
        }

        Assert.DoesNotContain("key", Assert.Single(Lines()).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Feedback_OnAnAnswer_IsRecordedByItsId()
    {
        string id;
        await using (var gateway = await StartAsync())
        {
            var (_, answer, response) = await gateway.PostAsync("/v1/chat/completions", OpenAI.ChatTests.Chat("p"));
            id = Header(response)!;

            var (status, taken, _) = await gateway.PostAsync("/v1/feedback", new { id = answer.GetProperty("id").GetString(), thumb = "down", chosen = "one", comment = "Wrong number." });

            Assert.Equal((200, id), (status, taken.GetProperty("id").GetString()));
        }

        var said = Lines().Single(static line => line.TryGetProperty("feedback", out _));
        Assert.Equal((id, "down", "one", "Wrong number."), (said.GetProperty("feedback").GetString(), said.GetProperty("thumb").GetString(), said.GetProperty("chosen").GetString(), said.GetProperty("comment").GetString()));
    }

    [Theory]
    [InlineData("""{"id":"chatcmpl-0123456789abcdef0123456789abcdef","thumb":"up"}""", 404, "no answer of this server has the id \"chatcmpl-0123456789abcdef0123456789abcdef\"")]
    [InlineData("""{"id":"x","thumb":"up"}""", 404, "no answer of this server has the id \"x\"")]
    [InlineData("""{"thumb":"up"}""", 400, "\"id\"")]
    [InlineData("""{"id":"x"}""", 400, "\"thumb\"")]
    [InlineData("""{"id":"x","thumb":"sideways"}""", 400, "thumb")]
    public async Task Feedback_ThatDoesNotFit_IsRefusedByName(string body, int status, string problem)
    {
        await using var gateway = await StartAsync();

        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await gateway.Http.PostAsync(new Uri("/v1/feedback", UriKind.Relative), content);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(problem, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Feedback_WhereNothingIsRecorded_SaysSo()
    {
        await using var gateway = await LiveGateway.StartAsync();

        var (status, error, _) = await gateway.PostAsync("/v1/feedback", new { id = "x", thumb = "up" });

        Assert.Equal((404, "this server records no answers"), (status, error.GetProperty("error").GetProperty("message").GetString()));
    }

    [Fact]
    public async Task Ask_WhereTheFolderCanNotBeWritten_IsAnsweredAndLoggedOnce()
    {
        // A file has the folder's name.
        folder.Write("traffic", "");
        await using var gateway = await StartAsync();

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(200, (await gateway.PostAsync("/v1/blend", new { panel = "p", instruction = $"Which? {i}" })).Status);
        }

        await gateway.DisposeAsync();
        Assert.Single(gateway.Log.Lines, static line => line.Contains("blends are not recorded in", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ask_MoreThanTheFolderHolds_DeletesTheOldestFiles()
    {
        var text = new string('x', 20_000);
        await using (var gateway = await StartAsync(maxBytes: 128 * 1024))
        {
            for (var i = 0; i < 16; i++)
            {
                Assert.Equal(200, (await gateway.PostAsync("/v1/blend", new { panel = "p", instruction = $"{i} {text}" })).Status);
            }
        }

        var files = Directory.GetFiles(Traffic);
        Assert.InRange(files.Sum(static file => new FileInfo(file).Length), 20_000, 128 * 1024);
        Assert.All(files, static file => Assert.InRange(new FileInfo(file).Length, 1, 64 * 1024));
        Assert.Contains(Lines(), static line => line.GetProperty("instruction").GetString()!.StartsWith("15 ", StringComparison.Ordinal));
    }

    private string Traffic => Path.Combine(folder.Path, "traffic");

    private JsonElement[] Lines() => [.. Directory.GetFiles(Traffic).SelectMany(File.ReadLines).Select(static line => JsonDocument.Parse(line).RootElement)];

    private Task<LiveGateway> StartAsync(params CallerOptions[] callers) => StartAsync(1024 * 1024, callers);

    private async Task<LiveGateway> StartAsync(long maxBytes, params CallerOptions[] callers)
    {
        var gateway = await LiveGateway.StartAsync(new GatewayOptions
        {
            Callers = callers,
            Recording = new RecordingOptions { Folder = Traffic, MaxFileBytes = 64 * 1024, MaxBytes = maxBytes },
        });
        gateway.Models.On("one", static call => call.AnswerAsync("1 is the number"));
        gateway.Models.On("two", static call => call.AnswerAsync("2 is the number"));
        gateway.Use([gateway.Backend("one"), gateway.Backend("two")], Recorded);
        return gateway;
    }

    private static async Task<string?> SendAsync(LiveGateway gateway, string key, string panel, bool refuses = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/blend") { Content = JsonContent.Create(new { panel, instruction = "Which?" }) };
        request.Headers.Add("Authorization", $"Bearer {key}");
        if (refuses)
        {
            request.Headers.Add(AnswerFacts.Recorded, AnswerFacts.Off);
        }

        using var response = await gateway.Http.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return Header(response);
    }

    private static string? Header(HttpResponseMessage response) => response.Headers.TryGetValues(AnswerFacts.Recorded, out var values) ? values.Single() : null;

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
