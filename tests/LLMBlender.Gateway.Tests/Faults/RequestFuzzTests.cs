using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using LLMBlender.Gateway.OpenAI;
using LLMBlender.Local.Settings;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Fuzzing;
using Microsoft.Extensions.DependencyInjection;

namespace LLMBlender.Gateway.Tests.Faults;

/// <summary>Changed requests of every route, on a real server: answered, or refused with an error in the route's format, and never an unexpected exception.</summary>
public sealed class RequestFuzzTests : IAsyncLifetime
{
    private const string Candidates = """[{"model":"a","text":"1 is the number"},{"model":"b","text":"2 is the number"},"3 is the number"]""";
    private const string Tools = """[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{"x":{"type":"integer"}},"required":["x"]}}}]""";

    private readonly TemporaryFolder folder = new();
    private readonly ChangedStore store = new();
    private LiveGateway gateway = null!;

    public static TheoryData<string, string[]> Routes => new()
    {
        {
            "/v1/blend",
            [
                $$"""{"id":"r","instruction":"Which?","input":"i","aggregate":"max-logits","top_k":2,"trace":true,"timeout":5,"candidates":{{Candidates}}}""",
                """{"instruction":"And?","panel":"p","stream":true,"with_member_text":true,"history":[{"role":"user","content":"Which?"},{"role":"assistant","content":"1"}]}""",
                """{"instruction":"Which?","panel":"p","members":["one"],"max_cost":1,"max_calls":3,"effort":{"one":"low"},"cache":false,"fuser":"select"}""",
                """{"instruction":"Which?","panel":"p","stages":[["one"],["two"]],"confidence":0.5,"ranker":"fake"}""",
            ]
        },
        { "/v1/rank", [$$"""{"id":1,"instruction":"Which?","input":"","aggregate":"bubble-sort","matrix":true,"timeout":5,"candidates":{{Candidates}}}"""] },
        { "/v1/compare", ["""{"id":1,"instruction":"Which?","input":"i","a":"1 is the number","b":"2 is the number","timeout":5}"""] },
        { "/v1/fuse", [$$"""{"id":1,"instruction":"Which?","fuser":"select","candidates":{{Candidates}},"stream":false}"""] },
        { "/v1/rerank", ["""{"model":"fake","query":"Which?","documents":["1 is the number",{"text":"2 is the number"}],"top_n":1,"return_documents":true}"""] },
        { "/v1/verify", [$$"""{"id":"v","instruction":"Which?","candidates":{{Candidates}},"reference":"9 is the number","confidence":0.6,"panel":"p"}"""] },
        { "/v1/feedback", ["""{"id":"KNOWN","thumb":"down","chosen":"one","comment":"c"}"""] },
        {
            "/v1/chat/completions",
            [
                """{"model":"p","messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"Which?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}],"temperature":0.5,"top_p":0.9,"n":2,"max_completion_tokens":9,"stop":["x"],"seed":1,"user":"u","logprobs":false,"metadata":{"a":"b"}}""",
                $$$$"""{"model":"p","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"Which?"},{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]},{"role":"tool","tool_call_id":"c","content":"4"}],"tools":{{{{Tools}}}},"tool_choice":"auto","parallel_tool_calls":false}""",
                """{"model":"p","messages":[{"role":"user","content":"Which?"}],"response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"enum":[1,2,"a"],"anyOf":[{"type":"integer","minimum":0},{"$ref":"#/$defs/b"}],"$defs":{"b":{"type":"string","pattern":"^a+$"}}}}},"llmblender":{"trace":true,"progress":true,"panel":"p","timeout":5}}""",
                """{"model":"p","messages":[{"role":"user","content":"Which?"}],"functions":[{"name":"f","parameters":{"type":"object"}}],"function_call":"auto","service_tier":"auto","store":false}""",
            ]
        },
        {
            "/v1/responses",
            [
                """{"model":"p","input":"Which?","instructions":"s","store":true,"max_output_tokens":9,"temperature":0.5,"metadata":{"a":"b"},"text":{"format":{"type":"text"}}}""",
                """{"model":"p","stream":true,"input":[{"role":"user","content":[{"type":"input_text","text":"Which?"}]},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"4"}],"tools":[{"type":"function","name":"f","parameters":{"type":"object"}}],"tool_choice":"auto"}""",
            ]
        },
        {
            "/v1/messages",
            [
                """{"model":"p","max_tokens":9,"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":[{"type":"text","text":"Which?"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]}],"stop_sequences":["x"],"temperature":0.5,"metadata":{"user_id":"u"}}""",
                """{"model":"p","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"Which?"},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{"x":1}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"4","is_error":false}]}],"tools":[{"name":"f","input_schema":{"type":"object"}}],"tool_choice":{"type":"auto"},"thinking":{"type":"enabled","budget_tokens":1024}}""",
            ]
        },
        { "/v1/messages/count_tokens", ["""{"model":"p","messages":[{"role":"user","content":"Which?"}]}"""] },
    };

    public async ValueTask InitializeAsync()
    {
        gateway = await LiveGateway.StartAsync(
            new GatewayOptions { AllowAnonymous = true, Recording = new RecordingOptions { Folder = folder.File("traffic") } },
            services: services => services.AddSingleton<IResponseStore>(store));
        gateway.Models.On("one", "1");
        gateway.Models.On("two", "2");
        gateway.Use(
            [gateway.Backend("one") with { Sees = true }, gateway.Backend("two") with { Sees = true }],
            new PanelSettings
            {
                Name = "p",
                Members = ["one", "two"],
                Fuser = "select",
                Deadline = TimeSpan.FromSeconds(20),
                Record = true,
                Passes = ["tools", "response_format"],
                Overrides = ["members", "stages", "confidence", "max_cost", "max_calls", "effort", "ranker", "aggregate", "fuser", "top_k"],
            });
    }

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Post_ChangedRequest_IsAnsweredOrRefused(string path, string[] valid)
    {
        if (path == "/v1/messages/count_tokens")
        {
            Assert.SkipUnless(gateway.Endpoints.OfType<Microsoft.AspNetCore.Routing.RouteEndpoint>().Any(endpoint => endpoint.RoutePattern.RawText == path), "there is no such route");
        }

        var id = path == "/v1/feedback" ? await RecordedAsync() : "";
        await Fuzz.RunAsync(250, [.. valid.Select(body => Encoding.UTF8.GetBytes(body.Replace("KNOWN", id, StringComparison.Ordinal)))], body => PostAsync(path, body));
        Assert.DoesNotContain(gateway.Log.Lines, static line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Critical", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Continue_ChangedStoredResponse_IsReadOrDoesNotExist()
    {
        var (_, first, _) = await gateway.PostAsync("/v1/responses", new { model = "p", input = "Which?" });
        var entry = Encoding.UTF8.GetBytes(store.Entries.Single(static entry => entry.Value.Contains("\"messages\"", StringComparison.Ordinal)).Value);
        var body = JsonSerializer.SerializeToUtf8Bytes(new { model = "p", input = "And?", previous_response_id = first.GetProperty("id").GetString() });

        await Fuzz.RunAsync(400, [entry], async changed =>
        {
            store.Changed = Encoding.UTF8.GetString(changed);
            return await PostAsync("/v1/responses", body);
        });
    }

    // Whether it was answered.
    private async Task<bool> PostAsync(string path, byte[] body)
    {
        using var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var response = await gateway.Http.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if (response.IsSuccessStatusCode)
        {
            Assert.DoesNotContain("internal error", text, StringComparison.OrdinalIgnoreCase);
            return true;
        }

        // 502 and 504: members' answers that do not fit, and a changed time limit.
        Assert.True((int)response.StatusCode is >= 400 and < 500 or 502 or 504, $"{(int)response.StatusCode}: {text}");
        var error = JsonElement.Parse(text).GetProperty("error");
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        Assert.NotEmpty(error.GetProperty("type").GetString()!);
        return false;
    }

    private async Task<string> RecordedAsync()
    {
        var (_, answer, _) = await gateway.PostAsync("/v1/chat/completions", OpenAI.ChatTests.Chat("p"));
        return answer.GetProperty("id").GetString()!;
    }

    // A store whose entries another program changes.
    private sealed class ChangedStore : IResponseStore
    {
        public ConcurrentDictionary<string, string> Entries { get; } = new(StringComparer.Ordinal);

        public string? Changed { get; set; }

        public Task SetAsync(string key, string value)
        {
            Entries.TryAdd(key, value);
            return Task.CompletedTask;
        }

        public Task<string?> GetAsync(string key) => Task.FromResult(Changed ?? Entries.GetValueOrDefault(key));
    }
}
