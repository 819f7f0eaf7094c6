using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;
using LLMBlender.Gateway.Records;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>Makes a request's completion, whole or in chunks.</summary>
/// <param name="request">The request.</param>
/// <param name="id">The completion's id.</param>
/// <param name="created">When it was created, in seconds since 1970.</param>
internal sealed class ChatWriter(ChatRequest request, string id, long created)
{
    private const string ChunkObject = "chat.completion.chunk";

    /// <summary>A whole completion.</summary>
    public ChatCompletion Whole(IReadOnlyList<BlendResponse> answers) => new()
    {
        Id = id,
        Object = "chat.completion",
        Created = created,
        Model = request.Model,
        Choices = [.. answers.Select((answer, i) => new ChatChoice { Index = i, Message = Message(answer), FinishReason = FinishReason(answer) })],
        Usage = Usage(answers),
        Own = Blends(answers),
    };

    /// <summary>A chunk with a piece of an answer, its calls or its end.</summary>
    public ChatChunk Chunk(int index, ChunkDelta delta, string? finishReason = null) => new()
    {
        Id = id,
        Object = ChunkObject,
        Created = created,
        Model = request.Model,
        Choices = [new ChunkChoice { Index = index, Delta = delta, FinishReason = finishReason }],
    };

    /// <summary>The chunk of a step.</summary>
    public ChatStep Step(int index, BlendEvent step) => new()
    {
        Id = id,
        Object = ChunkObject,
        Created = created,
        Model = request.Model,
        Choices = [],
        Own = StepResult.Create(step) with { Event = StepResult.NameOf(step), Index = index },
    };

    /// <summary>The last chunk, with the usage and the blends that the request asked for.</summary>
    public ChatChunk End(IReadOnlyList<BlendResponse> answers) => new()
    {
        Id = id,
        Object = ChunkObject,
        Created = created,
        Model = request.Model,
        Choices = [],
        Usage = request.WithUsage ? Usage(answers) : null,
        Own = Blends(answers),
    };

    /// <summary>Why an answer ended.</summary>
    public static string FinishReason(BlendResponse answer) => answer.ToolUse is not null ? "tool_calls" : answer.ReachedLimit ? "length" : "stop";

    private ChatMessage Message(BlendResponse answer) => answer.ToolUse is { } use
        ? new ChatMessage { Role = Conversation.Assistant, Content = use.Text.Length > 0 ? use.Text : null, ToolCalls = ToolCallBody.Create(use, withIndex: false) }
        : new ChatMessage { Role = Conversation.Assistant, Content = StopCut.Cut(answer.Answer, request.Sampling.Stop) };

    private static ChatUsage Usage(IReadOnlyList<BlendResponse> answers)
    {
        var (read, written) = (answers.Sum(static answer => answer.Usage.PromptTokens), answers.Sum(static answer => answer.Usage.CompletionTokens));
        return new ChatUsage { PromptTokens = read, CompletionTokens = written, TotalTokens = read + written };
    }

    private ChatBlends? Blends(IReadOnlyList<BlendResponse> answers) =>
        request.WithTrace ? new ChatBlends([.. answers.Select(static answer => BlendResult.Create(null, answer))]) : null;
}
