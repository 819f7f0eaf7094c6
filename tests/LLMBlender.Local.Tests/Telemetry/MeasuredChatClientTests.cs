using System.Collections.Concurrent;
using System.Diagnostics;
using LLMBlender.Abstractions;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Settings;
using LLMBlender.Local.Telemetry;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Fakes;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Tests.Telemetry;

public sealed class MeasuredChatClientTests
{
    private const string Calls = "gen_ai.client.operation.duration";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stream_ReadToItsEndOrLeft_IsCountedOnce(bool isLeft)
    {
        var name = $"streamed-{Guid.NewGuid():N}";
        using var measured = new Measurements("llmblender.backend", name);
        using var metrics = new BlendMetrics();
        using var deadline = new Deadline(TimeSpan.FromSeconds(300), CancellationToken.None);
        using var client = new MeasuredChatClient(new Backend(name, new FakeChat(_ => "a piece")), metrics.Chats, deadline);

        await foreach (var _ in client.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "Which?")]))
        {
            if (isLeft)
            {
                break;
            }
        }

        Assert.Equal((1, isLeft ? 1 : 0), (measured.Count(Calls), measured.Count(Calls, ("error.type", "cancelled"))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Call_Traced_NamesTheServerAndItsModel(bool isStreamed)
    {
        var name = $"traced-{Guid.NewGuid():N}";
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == BlendTracing.SourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var metrics = new BlendMetrics();
        using var deadline = new Deadline(TimeSpan.FromSeconds(300), CancellationToken.None);
        var settings = new BackendSettings { Name = name, Model = "m", Url = "https://models.example/v1?key=secret" };
        using var client = new MeasuredChatClient(new Backend(name, new FakeChat(_ => "a piece") { Named = ("m-2026-11-01", "answer-7") }) { Settings = settings }, metrics.Chats, deadline);

        ChatMessage[] messages = [new(ChatRole.User, "Which?")];
        _ = isStreamed
            ? await client.GetStreamingResponseAsync(messages, cancellationToken: TestContext.Current.CancellationToken).ToChatResponseAsync(TestContext.Current.CancellationToken)
            : await client.GetResponseAsync(messages, cancellationToken: TestContext.Current.CancellationToken);

        var span = Assert.Single(spans, one => (string?)one.GetTagItem("llmblender.backend") == name);
        Assert.Equal(("models.example", 443), (span.GetTagItem("server.address"), span.GetTagItem("server.port")));
        Assert.Equal(
            ("m", "m-2026-11-01", "answer-7"), (span.GetTagItem("gen_ai.request.model"), span.GetTagItem("gen_ai.response.model"), span.GetTagItem("gen_ai.response.id")));
        Assert.DoesNotContain(span.TagObjects, static tag => tag.Value?.ToString()?.Contains("secret", StringComparison.Ordinal) == true);
    }
}
