using System.Globalization;
using System.Net;
using System.Text;
using LLMBlender.Cluster.Tests.Processes;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Backends;
using Microsoft.AspNetCore.Http;

namespace LLMBlender.Cluster.Tests.Faults;

/// <summary>Many long answers at once, and clients that do not read them, in a process with little memory.</summary>
public sealed class MemoryTests : IAsyncDisposable
{
    private const int Clients = 60;
    private const int Pieces = 4000;
    private const string HeapLimit = "10000000";
    private static readonly string Piece = string.Concat(Enumerable.Repeat("a long ", 71));

    private readonly TemporaryFolder folder = new();
    private FakeModelServer? models;
    private ServeProcess? process;

    [Fact]
    public async Task StreamedAnswers_LargerThanTheHeap_AreWholeOrRefusedAndTheProcessGoesOn()
    {
        var url = await StartAsync();
        using var http = new HttpClient { BaseAddress = url, Timeout = Until.Patience };

        // These read their headers and no more.
        var slow = await Task.WhenAll(Enumerable.Range(0, Clients).Select(i => SendAsync(http, "long", i)));
        var fast = await Task.WhenAll(Enumerable.Range(0, Clients).Select(async i =>
        {
            using var response = await SendAsync(http, "long", Clients + i);
            return (response.StatusCode, response.Headers.RetryAfter, Body: await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }));

        Assert.All(fast, static answer =>
        {
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                Assert.True(
                    answer.Body.TrimEnd().EndsWith("[DONE]", StringComparison.Ordinal) || answer.Body.Contains("\"error\"", StringComparison.Ordinal),
                    $"an answer of {answer.Body.Length} characters has no end");
            }
            else
            {
                Assert.True(answer.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests, $"{answer.StatusCode} {answer.Body}");
                Assert.NotNull(answer.RetryAfter);
            }
        });
        Assert.False(process!.Process.HasExited);

        // Clients that read nothing are disconnected, and their memory goes to those that do.
        await Until.IsSoAsync(
            async () =>
            {
                using var answer = await SendAsync(http, "long", 2 * Clients);
                return answer.IsSuccessStatusCode && (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).TrimEnd().EndsWith("[DONE]", StringComparison.Ordinal);
            },
            "a long answer is completed beside clients that read nothing");

        foreach (var response in slow)
        {
            response.Dispose();
        }

        await Until.IsSoAsync(
            async () =>
            {
                using var answer = await SendAsync(http, "short", 0);
                return answer.IsSuccessStatusCode && (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Contains("Four.", StringComparison.Ordinal);
            },
            "a short question is answered");
        Assert.DoesNotContain(process.Log, static line => line.Contains("OutOfMemory", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WholeAnswers_LargerThanTheHeap_AreWholeOrRefused()
    {
        var url = await StartAsync();
        using var http = new HttpClient { BaseAddress = url, Timeout = Until.Patience };

        var answers = await Task.WhenAll(Enumerable.Range(0, Clients).Select(async i =>
        {
            using var response = await SendAsync(http, "long", i, stream: false);
            return (response.StatusCode, response.Headers.RetryAfter, Body: await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }));

        Assert.False(process!.Process.HasExited);
        Assert.All(answers.Where(static answer => answer.StatusCode != HttpStatusCode.OK), static answer =>
        {
            Assert.True(answer.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests, $"{answer.StatusCode} {answer.Body}");
            Assert.NotNull(answer.RetryAfter);
        });
        Assert.Contains(answers, static answer => answer.StatusCode == HttpStatusCode.OK && answer.Body.Length > Pieces * 400);
        Assert.DoesNotContain(process.Log, static line => line.Contains("OutOfMemory", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            await process.DisposeAsync();
        }

        if (models is not null)
        {
            await models.DisposeAsync();
        }

        folder.Dispose();
    }

    private async Task<Uri> StartAsync()
    {
        models = await FakeModelServer.StartAsync();
        models.On("long", WriteAsync);
        models.On("short", "Four.");
        var config = folder.Write("serve.json", $$$"""
            {"LLMBlender":{"Backends":[
              {"Name":"long","Url":"{{{models.Url}}}","Model":"long","Attempts":1,"MaxConcurrency":200},
              {"Name":"short","Url":"{{{models.Url}}}","Model":"short"}],
             "Panels":[{"Name":"long","Members":["long"],"Fuser":"select"},{"Name":"short","Members":["short"],"Fuser":"select"}]}}
            """);
        process = ServeProcess.Start("all", new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = HeapLimit }, "--config", config);
        await process.WhenReadyAsync();
        return process.Url;
    }

    // Two million characters.
    private static async Task WriteAsync(FakeCall call)
    {
        if (!(call.Body.TryGetProperty("stream", out var stream) && stream.GetBoolean()))
        {
            await call.AnswerAsync(string.Concat(Enumerable.Repeat(Piece, Pieces)));
            return;
        }

        call.Context.Response.ContentType = "text/event-stream";
        var chunk = Encoding.UTF8.GetBytes("""data: {"id":"x","object":"chat.completion.chunk","created":1,"model":"long","choices":[{"index":0,"delta":{"content":"PIECE"}}]}""".Replace("PIECE", Piece, StringComparison.Ordinal) + "\n\n");
        try
        {
            for (var i = 0; i < Pieces; i++)
            {
                await call.Context.Response.Body.WriteAsync(chunk, call.Context.RequestAborted);
            }

            await call.Context.Response.WriteAsync("""data: {"id":"x","object":"chat.completion.chunk","created":1,"model":"long","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""" + "\n\ndata: [DONE]\n\n", call.Context.RequestAborted);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // It was refused in the middle.
        }
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient http, string panel, int number, bool stream = true)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/chat/completions", UriKind.Relative))
        {
            Content = new StringContent(
                """{"model":"PANEL","stream":STREAM,"messages":[{"role":"user","content":"Question NUMBER"}]}"""
                    .Replace("PANEL", panel, StringComparison.Ordinal).Replace("STREAM", stream ? "true" : "false", StringComparison.Ordinal).Replace("NUMBER", number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal), Encoding.UTF8, "application/json"),
        };
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }
}
