using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace LLMBlender.TestKit.Fakes;

/// <summary>A chat model that answers by a function of the last message.</summary>
public sealed class FakeChat(Func<string, Task<string>> answer) : IChatClient
{
    public FakeChat(Func<string, string> answer)
        : this(prompt => Task.FromResult(answer(prompt)))
    {
    }

    public UsageDetails? Usage { get; init; }

    /// <summary>The model and the id that responses name.</summary>
    public (string Model, string Id)? Named { get; init; }

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        new(new ChatMessage(ChatRole.Assistant, await answer(messages.Last().Text))) { Usage = Usage, ModelId = Named?.Model, ResponseId = Named?.Id };

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var response = await GetResponseAsync(messages, options, cancellationToken);
        yield return new ChatResponseUpdate(ChatRole.Assistant, response.Text) { ModelId = response.ModelId, ResponseId = response.ResponseId };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
