using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LLMBlender.Gateway.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace LLMBlender.Gateway.Tests.Settings;

public sealed class SettingsEndpointsTests
{
    private const string Change = """{"version":"1","backends":[],"panels":[{"was":0,"set":{"Fuser":"select"}}]}""";

    [Fact]
    public async Task Settings_NotAllowedByTheServer_SaysWhatAllowsThem()
    {
        await using var gateway = await LiveGateway.StartAsync();

        var (status, body) = await SendAsync(gateway, HttpMethod.Get);

        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Equal("settings_off", Code(body));
        Assert.Contains("--settings-page", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_OfThisMachine_AreReadAndWritten()
    {
        var store = new FakeStore();
        await using var gateway = await StartAsync(store);

        var (read, view) = await SendAsync(gateway, HttpMethod.Get);
        var (written, _) = await SendAsync(gateway, HttpMethod.Put, Change);
        var (found, models) = await SendToAsync(gateway, HttpMethod.Get, null, "/v1/settings/models", []);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK), (read, written, found));
        Assert.Equal("/f.json", JsonDocument.Parse(view).RootElement.GetProperty("file").GetString());
        Assert.Equal("select", Assert.Single(store.Written).Panels[0].Set.GetProperty("Fuser").GetString());
        Assert.Equal("m", JsonDocument.Parse(models).RootElement.GetProperty("models")[0].GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("Origin", "https://elsewhere.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "https://app.example")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("Host", "10.0.0.7")]
    [InlineData("Host", "llmblender")]
    public async Task Settings_OfAnotherSiteOrMachine_AreRefused(string header, string value)
    {
        var store = new FakeStore();
        await using var gateway = await StartAsync(store, new GatewayOptions { AllowAnonymous = true, AllowedOrigins = ["https://app.example"] });

        var (read, _) = await SendAsync(gateway, HttpMethod.Get, null, (header, value));
        var (written, _) = await SendAsync(gateway, HttpMethod.Put, Change, (header, value));

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (read, written));
        Assert.Empty(store.Written);
    }

    [Fact]
    public async Task Settings_OfOwnPage_AreTaken()
    {
        await using var gateway = await StartAsync(new FakeStore());

        var (status, body) = await SendAsync(
            gateway, HttpMethod.Put, Change, ("Origin", gateway.Http.BaseAddress!.GetLeftPart(UriPartial.Authority)), ("Sec-Fetch-Site", "same-origin"));

        Assert.True(status == HttpStatusCode.OK, body);
    }

    [Fact]
    public async Task Settings_WithCallers_OnlyOfThoseThatMayEdit()
    {
        await using var gateway = await StartAsync(new FakeStore(), new GatewayOptions { Callers = [Caller("user", edits: false), Caller("editor", edits: true)] });

        var answers = new[]
        {
            await SendAsync(gateway, HttpMethod.Get),
            await SendAsync(gateway, HttpMethod.Put, Change, ("Authorization", "Bearer user")),
            await SendAsync(gateway, HttpMethod.Put, Change, ("Authorization", "Bearer editor")),
        };

        Assert.Equal([HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.OK], answers.Select(static answer => answer.Status));
        Assert.Contains("EditsSettings", answers[1].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_PreflightOfAnAllowedOrigin_HasNoPut()
    {
        await using var gateway = await StartAsync(new FakeStore(), new GatewayOptions { AllowedOrigins = ["https://app.example"] });
        using var request = new HttpRequestMessage(HttpMethod.Options, "/v1/settings");
        request.Headers.Add("Origin", "https://app.example");
        request.Headers.Add("Access-Control-Request-Method", "PUT");

        using var response = await gateway.Http.SendAsync(request);

        Assert.False(response.Headers.TryGetValues("Access-Control-Allow-Methods", out var methods) && methods.Any(static one => one.Contains("PUT", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(SettingsFailure.Invalid, HttpStatusCode.BadRequest, "invalid_value")]
    [InlineData(SettingsFailure.Changed, HttpStatusCode.Conflict, "settings_changed")]
    [InlineData(SettingsFailure.File, HttpStatusCode.Conflict, "settings_file")]
    public async Task Write_Fails_SaysWhy(SettingsFailure failure, HttpStatusCode expected, string code)
    {
        await using var gateway = await StartAsync(new FakeStore { Failure = new SettingsStoreException(failure, "the reason") { Key = "Panels:0:Fuser" } });

        var (status, body) = await SendAsync(gateway, HttpMethod.Put, Change);

        Assert.Equal((expected, code), (status, Code(body)));
        Assert.Contains("the reason", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_FormOrInvalidBody_IsRefused()
    {
        var store = new FakeStore();
        await using var gateway = await StartAsync(store);
        using var form = new StringContent(Change, Encoding.UTF8, "text/plain");

        using var plain = await gateway.Http.PutAsync(new Uri("/v1/settings", UriKind.Relative), form);
        var (status, body) = await SendAsync(gateway, HttpMethod.Put, """{"version":"1","backends":[]}""");

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (plain.StatusCode, status));
        Assert.Contains("panels", body, StringComparison.Ordinal);
        Assert.Empty(store.Written);
    }

    private static Task<LiveGateway> StartAsync(FakeStore store, GatewayOptions? options = null) =>
        LiveGateway.StartAsync(options, services: services => services.AddSingleton<ISettingsStore>(store));

    private static CallerOptions Caller(string key, bool edits) => new()
    {
        Name = key,
        KeySha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))),
        EditsSettings = edits,
    };

    private static string? Code(string body) => JsonDocument.Parse(body).RootElement.GetProperty("error").GetProperty("code").GetString();

    private static Task<(HttpStatusCode Status, string Body)> SendAsync(LiveGateway gateway, HttpMethod method, string? body = null, params (string Name, string Value)[] headers) =>
        SendToAsync(gateway, method, body, "/v1/settings", headers);

    private static async Task<(HttpStatusCode Status, string Body)> SendToAsync(LiveGateway gateway, HttpMethod method, string? body, string path, (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await gateway.Http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    // Stands for the file, which only the command line has.
    private sealed class FakeStore : ISettingsStore
    {
        public List<SettingsChange> Written { get; } = [];

        public SettingsStoreException? Failure { get; init; }

        public SettingsView Read() => new()
        {
            File = "/f.json",
            Version = "1",
            Backends = [],
            Panels = [],
            Rankers = [],
            Fusers = [],
            Choices = new SettingsChoices { Kinds = [], Aggregates = [], Rankers = [], Fusers = [], Scorers = [], KeyVariables = [] },
        };

        public SettingsView Write(SettingsChange change)
        {
            if (Failure is not null)
            {
                throw Failure;
            }

            Written.Add(change);
            return Read();
        }

        public Task<FoundBackends> FindModelsAsync(CancellationToken cancellationToken) =>
            Task.FromResult(new FoundBackends([new FoundBackend("m", "ollama", "http://127.0.0.1:11434", "m", null)]));
    }
}
