using System.Runtime.CompilerServices;
using LLMBlender.Core.Fusion;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Fusion;

/// <summary>A chat model as a fuser. Safe for concurrent use if the client is. The caller disposes the client.</summary>
public sealed class ChatFuser(IChatClient client, ChatFuserOptions? options = null) : IFuser
{
    private readonly ChatFuserOptions options = options ?? new ChatFuserOptions();

    /// <inheritdoc/>
    public string Name => options.Name;

    /// <inheritdoc/>
    public async IAsyncEnumerable<FusionPart> FuseAsync(FusionRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var chatOptions = new ChatOptions
        {
            ModelId = options.ModelId,
            MaxOutputTokens = options.MaxNewTokens,
            Temperature = options.Temperature,
        };
        var usage = FusionUsage.None;
        await foreach (var update in client.GetStreamingResponseAsync(ChatFusionPrompt.Compose(request, options.Prompt), chatOptions, cancellationToken))
        {
            usage = Add(usage, update);
            if (update.FinishReason == ChatFinishReason.ContentFilter)
            {
                throw new InvalidOperationException("a content filter blocked its answer");
            }

            yield return new FusionPart(update.Text);
        }

        yield return new FusionPart("", usage);
    }

    private static FusionUsage Add(FusionUsage usage, ChatResponseUpdate update)
    {
        foreach (var content in update.Contents.OfType<UsageContent>())
        {
            usage = usage with
            {
                PromptTokens = usage.PromptTokens + (content.Details.InputTokenCount ?? 0),
                CompletionTokens = usage.CompletionTokens + (content.Details.OutputTokenCount ?? 0),
            };
        }

        return usage with { ReachedLimit = usage.ReachedLimit || update.FinishReason == ChatFinishReason.Length };
    }
}
