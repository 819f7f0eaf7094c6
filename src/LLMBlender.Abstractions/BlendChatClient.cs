using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LLMBlender.Abstractions;

/// <summary>An <see cref="IChatClient"/> whose answers are blends: a panel as one chat model.</summary>
/// <remarks>
/// <para>
/// The conversation is the blend's source: a single user message is the instruction; a longer conversation is converted to text turn
/// by turn. <see cref="ChatOptions.ModelId"/> names the panel. Tools and response formats require a panel that forwards
/// them, and the best answer is then returned unchanged. The response's <see cref="ChatResponse.RawRepresentation"/> is the
/// <see cref="BlendResponse"/>.
/// </para>
/// <para>An unsupported option or content is rejected with a <see cref="BlendException"/> that names it, not ignored.</para>
/// </remarks>
/// <param name="blender">The blender. It is not disposed with the client.</param>
/// <param name="panel">The panel to use if the options name none; null for the default panel.</param>
public sealed class BlendChatClient(IBlender blender, string? panel = null) : IChatClient
{
    private readonly ChatClientMetadata metadata = new("llmblender", defaultModelId: panel);

    /// <inheritdoc/>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var response = await blender.BlendAsync(Request(messages, options), cancellationToken);
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, Contents(response)))
        {
            ModelId = options?.ModelId ?? panel,
            FinishReason = FinishReason(response),
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
        var (hasReasoning, hasText) = (false, false);
        await foreach (var update in blender.BlendStreamingAsync(Request(messages, options), cancellationToken))
        {
            if (update.Reasoning is { } reasoning)
            {
                hasReasoning = true;
                yield return new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent(reasoning)]) { ModelId = options?.ModelId ?? panel };
            }

            if (update.Response is not { } response)
            {
                hasText |= update.Text.Length > 0;
                if (update.Calls is null || update.Text.Length > 0)
                {
                    yield return new ChatResponseUpdate(ChatRole.Assistant, update.Text) { ModelId = options?.ModelId ?? panel };
                }

                continue;
            }

            // The text of an answer that calls tools is streamed only by a panel of one.
            AIContent[] contents =
            [
                .. Contents(response).Where(content => content is TextReasoningContent ? !hasReasoning : content is not TextContent || (response.ToolUse is not null && !hasText)),
                new UsageContent(Usage(response.Usage)),
            ];
            yield return new ChatResponseUpdate(ChatRole.Assistant, contents)
            {
                ModelId = options?.ModelId ?? panel,
                FinishReason = FinishReason(response),
                RawRepresentation = response,
            };
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
        // The host owns the blender.
    }

    private BlendRequest Request(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        var turns = Conversation.ToTurns(messages, options?.Instructions);
        var request = new BlendRequest
        {
            Instruction = Conversation.ToInstruction(turns),
            Messages = turns,
            Panel = options?.ModelId ?? panel,
        };
        return options is null ? request : request with
        {
            Sampling = ChatOptionsMapping.Sampling(options),
            Format = ChatOptionsMapping.Format(options),
            Tools = ChatOptionsMapping.Tools(options),
            Fields = ChatOptionsMapping.Fields(options),
        };
    }

    private static List<AIContent> Contents(BlendResponse response)
    {
        var contents = new List<AIContent>();
        if (response.Details?.Reasoning is { } reasoning)
        {
            contents.Add(new TextReasoningContent(reasoning));
        }

        if (response.Details?.Refusal is { } refusal)
        {
            contents.Add(new ErrorContent(refusal) { ErrorCode = "Refusal" });
        }

        var text = response.ToolUse is { } use ? use.Text : response.Answer;
        if (text.Length > 0)
        {
            contents.Add(new TextContent(text));
        }

        foreach (var call in response.ToolUse?.Calls ?? [])
        {
            contents.Add(FunctionCallContent.CreateFromParsedArguments(call.Arguments, call.Id, call.Name, ReadArguments));
        }

        return contents;
    }

    private static Dictionary<string, object?>? ReadArguments(string json) =>
        json.Length == 0 ? null : JsonSerializer.Deserialize<Dictionary<string, object?>>(json, AIJsonUtilities.DefaultOptions);

    private static ChatFinishReason FinishReason(BlendResponse response) =>
        response.Details?.FinishReason is not null ? ChatFinishReason.ContentFilter
        : response.ToolUse is not null ? ChatFinishReason.ToolCalls
        : response.ReachedLimit ? ChatFinishReason.Length
        : ChatFinishReason.Stop;

    private static UsageDetails Usage(BlendUsage usage) => new()
    {
        InputTokenCount = usage.PromptTokens,
        OutputTokenCount = usage.CompletionTokens,
        TotalTokenCount = usage.PromptTokens + usage.CompletionTokens,
        CachedInputTokenCount = usage.CachedTokens > 0 ? usage.CachedTokens : null,
        ReasoningTokenCount = usage.ReasoningTokens > 0 ? usage.ReasoningTokens : null,
    };
}
