using System.Net.Http.Json;
using LLMBlender.Local.Settings;

namespace LLMBlender.Gateway.Tests.Load;

/// <summary>Much at once, in small: the figures are the benchmarks' <c>overload</c> and <c>streams</c>.</summary>
public sealed class LoadTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private readonly LiveGateway gateway = fixture.Gateway;

    [Fact]
    public async Task Overload_TenTimesWhatABackendTakes_RefusesTheRestEarlyAndAnswersTheOthers()
    {
        const int Taken = 6;
        var release = new TaskCompletionSource();
        gateway.Models.On("m", async call =>
        {
            await release.Task;
            await call.AnswerAsync("1 is the number");
        });
        gateway.Use([gateway.Backend("m") with { MaxConcurrency = 2, MaxWaiting = Taken - 2 }], new PanelSettings { Name = "p", Members = ["m"], Fuser = "select" });

        var asked = Enumerable.Range(0, 10 * Taken).Select(_ => gateway.PostAsync("/v1/blend", new { instruction = "Which?", panel = "p", timeout = 300 })).ToList();
        var refused = new List<(int Status, HttpResponseMessage Response)>();
        while (refused.Count < 9 * Taken)
        {
            // Nothing has been let go of yet: whoever has an answer was refused.
            var first = await Task.WhenAny(asked).WaitAsync(Patience);
            asked.Remove(first);
            var (status, _, response) = await first;
            refused.Add((status, response));
        }

        release.SetResult();

        Assert.All(refused, one => Assert.Equal((429, 1), (one.Status, one.Response.Headers.RetryAfter?.Delta?.TotalSeconds)));
        Assert.All(await Task.WhenAll(asked).WaitAsync(Patience), answer => Assert.Equal(200, answer.Status));
        Assert.Equal(Taken, gateway.Models.CallsOf("m").Count);
    }

    [Fact]
    public async Task Streams_ManyAtTheSameTime_AllComeToTheirEnd()
    {
        const int Clients = 200;
        var (open, all) = (0, new TaskCompletionSource());
        gateway.Models.On("s", async call =>
        {
            await call.PieceAsync("first");
            if (Interlocked.Increment(ref open) == Clients)
            {
                all.SetResult();
            }

            await all.Task.WaitAsync(Patience);
            await call.AnswerAsync(" last");
        });
        gateway.Use([gateway.Backend("s") with { MaxConcurrency = Clients }], new PanelSettings { Name = "p", Members = ["s"], Fuser = "select" });

        var texts = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => ReadAsync()));

        Assert.All(texts, text => Assert.Contains("\"content\":\" last\"", text, StringComparison.Ordinal));
        Assert.All(texts, text => Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal));
    }

    private async Task<string> ReadAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = JsonContent.Create(OpenAI.ChatTests.Chat("p", new { timeout = 300 }, stream: true)),
        };
        using var response = await gateway.Http.SendAsync(request);
        return await response.Content.ReadAsStringAsync();
    }
}
