using LLMBlender.Abstractions;
using LLMBlender.Local.Backends;
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
}
