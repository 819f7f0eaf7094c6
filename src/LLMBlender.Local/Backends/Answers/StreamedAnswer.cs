using System.Text;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Backends.Answers;

/// <summary>An answer that is being streamed. Its text is kept as characters: an update for each piece takes many times the memory of its text. Used by one answer.</summary>
internal sealed class StreamedAnswer
{
    private readonly StringBuilder text = new();
    private readonly StringBuilder reasoning = new();
    private readonly List<ChatResponseUpdate> others = [];

    /// <summary>Adds an update.</summary>
    /// <returns>The reasoning in it.</returns>
    public string Add(ChatResponseUpdate update)
    {
        var (thought, rest) = (update.Contents.Count > 0 && update.Contents[0] is TextContent && update.Contents.Count == 1 ? "" : ReasoningIn(update), new List<AIContent>());
        text.Append(update.Text);
        reasoning.Append(thought);
        foreach (var content in update.Contents)
        {
            if (content is not (TextContent or TextReasoningContent))
            {
                rest.Add(content);
            }
        }

        if (rest.Count > 0 || update.FinishReason is not null || update.AdditionalProperties is not null)
        {
            others.Add(new ChatResponseUpdate(ChatRole.Assistant, rest) { FinishReason = update.FinishReason, AdditionalProperties = update.AdditionalProperties });
        }

        return thought;
    }

    /// <summary>Returns the whole answer.</summary>
    public ChatResponse ToResponse()
    {
        var contents = new List<AIContent>();
        if (reasoning.Length > 0)
        {
            contents.Add(new TextReasoningContent(reasoning.ToString()));
        }

        if (text.Length > 0)
        {
            contents.Add(new TextContent(text.ToString()));
        }

        return new[] { new ChatResponseUpdate(ChatRole.Assistant, contents) }.Concat(others).ToChatResponse();
    }

    private static string ReasoningIn(ChatResponseUpdate update) => string.Concat(update.Contents.OfType<TextReasoningContent>().Select(static content => content.Text));
}
