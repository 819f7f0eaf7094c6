using System.Net;
using System.Text;
using System.Text.Json;
using LLMBlender.Local.Settings;

namespace LLMBlender.Gateway.Tests.OpenAI;

/// <summary>
/// What the official Python client sends, header by header, and what it does with what comes back: how it splits a stream into
/// events, what it takes for an error, which statuses it repeats. The client itself is no .NET package.
/// </summary>
public sealed class PythonClientTests : IClassFixture<GatewayFixture>
{
    private const string Body = """{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Which is the number? \u00e9"}],"model":"three"STREAM}""";

    private static readonly (string Name, string Value)[] Headers =
    [
        ("Accept-Encoding", "gzip, deflate"), ("Connection", "keep-alive"), ("Accept", "application/json"), ("User-Agent", "OpenAI/Python 2.8.1"),
        ("X-Stainless-Lang", "python"), ("X-Stainless-Package-Version", "2.8.1"), ("X-Stainless-OS", "Linux"), ("X-Stainless-Arch", "x64"),
        ("X-Stainless-Runtime", "CPython"), ("X-Stainless-Runtime-Version", "3.12.3"), ("Authorization", "Bearer unused"),
        ("X-Stainless-Async", "false"), ("x-stainless-retry-count", "0"), ("x-stainless-read-timeout", "600"),
    ];

    private readonly LiveGateway gateway;

    public PythonClientTests(GatewayFixture fixture)
    {
        gateway = fixture.Gateway;
        gateway.Models.On("one", "1 is the number");
        gateway.Models.On("nine", "9 is the number: é, 数, \u2028 and \"quotes\"");
        gateway.Models.On("busy", call => call.FailAsync(429, "slow down", "30"));
        gateway.Use(
            [gateway.Backend("one"), gateway.Backend("nine"), gateway.Backend("busy")],
            new PanelSettings { Name = "three", Members = ["one", "nine"], Fuser = "select" },
            new PanelSettings { Name = "busy", Members = ["busy"] });
    }

    [Fact]
    public async Task Create_Whole_IsWhatItsModelsWant()
    {
        var (status, headers, text) = await SendAsync(Body.Replace("STREAM", "", StringComparison.Ordinal));

        Assert.Equal(200, status);
        Assert.StartsWith("application/json", headers.ContentType!.ToString(), StringComparison.Ordinal);
        var completion = JsonDocument.Parse(text).RootElement;
        Assert.Equal(("chat.completion", "three"), (completion.GetProperty("object").GetString(), completion.GetProperty("model").GetString()));
        Assert.True(completion.GetProperty("created").TryGetInt64(out _));
        Assert.Equal("9 is the number: é, 数, \u2028 and \"quotes\"", completion.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("Which is the number? é", gateway.Models.CallsOf("one")[^1].Messages[1].Text);
    }

    [Fact]
    public async Task Create_Stream_SplitsIntoChunksAndEndsAsDone()
    {
        var (status, headers, text) = await SendAsync(Body.Replace("STREAM", ",\"stream\":true,\"stream_options\":{\"include_usage\":true}", StringComparison.Ordinal));

        Assert.Equal(200, status);
        Assert.StartsWith("text/event-stream", headers.ContentType!.ToString(), StringComparison.Ordinal);
        var events = Events(text);
        Assert.Equal("[DONE]", events[^1]);
        var chunks = events.SkipLast(1).Select(data => JsonDocument.Parse(data).RootElement).ToList();
        Assert.All(chunks, chunk => Assert.Equal("chat.completion.chunk", chunk.GetProperty("object").GetString()));
        Assert.All(chunks, chunk => Assert.False(chunk.TryGetProperty("error", out _)));
        Assert.Equal("9 is the number: é, 数, \u2028 and \"quotes\"", string.Concat(chunks.SelectMany(chunk => chunk.GetProperty("choices").EnumerateArray())
            .Select(choice => choice.GetProperty("delta").TryGetProperty("content", out var piece) ? piece.GetString() : "")));
        Assert.Equal(30, chunks[^1].GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    [Fact]
    public async Task Create_Overloaded_IsAStatusThatItRepeatsAndATimeThatItReads()
    {
        using var response = await PostAsync(Body.Replace("STREAM", "", StringComparison.Ordinal).Replace("three", "busy", StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.True(float.TryParse(Assert.Single(response.Headers.GetValues("Retry-After")), out var seconds) && seconds is > 0 and <= 60);
    }

    // As the client does: lines, comments passed over, an empty line ends an event.
    private static List<string> Events(string text)
    {
        var (events, data) = (new List<string>(), new List<string>());
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                data.Add(line["data: ".Length..]);
            }
            else if (line.Length == 0 && data.Count > 0)
            {
                events.Add(string.Join('\n', data));
                data.Clear();
            }
            else
            {
                Assert.True(line.Length == 0 || line[0] == ':', $"the client would not know this line: {line}");
            }
        }

        return events;
    }

    private async Task<(int Status, System.Net.Http.Headers.HttpContentHeaders Headers, string Text)> SendAsync(string body)
    {
        using var response = await PostAsync(body);
        return ((int)response.StatusCode, response.Content.Headers, await response.Content.ReadAsStringAsync());
    }

    private async Task<HttpResponseMessage> PostAsync(string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        foreach (var (name, value) in Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await gateway.Http.SendAsync(request);
    }
}
