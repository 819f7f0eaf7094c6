using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace LLMBlender.Abstractions;

/// <summary>A panel as one chat model: an <see cref="IChatClient"/> whose every answer is a blend.</summary>
/// <remarks>
/// The conversation becomes the blend's source: a single user message is the instruction as it is; a longer conversation is
/// written out turn by turn, with the system's messages before it. <see cref="ChatOptions.ModelId"/> names the panel. The
/// response's <see cref="ChatResponse.RawRepresentation"/> is the <see cref="BlendResponse"/>. Tools and
/// response formats are not passed on.
/// </remarks>
/// <param name="blender">The cluster.</param>
/// <param name="panel">The panel where the options name none; null for the cluster's default.</param>
public sealed class BlendChatClient(IBlender blender, string? panel = null) : IChatClient
{
    private readonly ChatClientMetadata metadata = new("llmblender", defaultModelId: panel);

    /// <inheritdoc/>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var response = await blender.BlendAsync(Request(messages, options), cancellationToken);
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, response.Answer))
        {
            ModelId = options?.ModelId ?? panel,
            FinishReason = ChatFinishReason.Stop,
            Usage = Usage(response.Usage),
            RawRepresentation = response,
        };
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var update in blender.BlendStreamingAsync(Request(messages, options), cancellationToken))
        {
            yield return update.Response is { } whole
                ? new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(Usage(whole.Usage))])
                {
                    ModelId = options?.ModelId ?? panel,
                    FinishReason = ChatFinishReason.Stop,
                    RawRepresentation = whole,
                }
                : new ChatResponseUpdate(ChatRole.Assistant, update.Text) { ModelId = options?.ModelId ?? panel };
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? metadata
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(blender) ? blender
            : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The cluster's connection belongs to the host.
    }

    private BlendRequest Request(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        var turns = Conversation.ToTurns(messages, options?.Instructions);
        return new BlendRequest
        {
            Instruction = Conversation.ToInstruction(turns),
            Messages = turns,
            Sampling = Sampled(options),
            Panel = options?.ModelId ?? panel,
        };
    }

    private static Sampling? Sampled(ChatOptions? options) => options is null ? null : new Sampling
    {
        Temperature = options.Temperature,
        TopP = options.TopP,
        MaxTokens = options.MaxOutputTokens,
        Stop = options.StopSequences is { Count: > 0 } stop ? [.. stop] : null,
        Seed = options.Seed,
        PresencePenalty = options.PresencePenalty,
        FrequencyPenalty = options.FrequencyPenalty,
    };

    private static UsageDetails Usage(BlendUsage usage) => new()
    {
        InputTokenCount = usage.PromptTokens,
        OutputTokenCount = usage.CompletionTokens,
        TotalTokenCount = usage.PromptTokens + usage.CompletionTokens,
    };
}
