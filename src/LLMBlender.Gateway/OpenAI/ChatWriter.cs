using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;
using LLMBlender.Gateway.Records;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>Creates a request's completion, complete or in chunks.</summary>
/// <param name="request">The request.</param>
/// <param name="id">The completion's id.</param>
/// <param name="created">The creation time, in seconds since 1970.</param>
internal sealed class ChatWriter(ChatRequest request, string id, long created)
{
    private const string ChunkObject = "chat.completion.chunk";

    /// <summary>Creates a complete completion.</summary>
    public ChatCompletion Whole(IReadOnlyList<BlendResponse> answers) => new()
    {
        Id = id,
        Object = "chat.completion",
        Created = created,
        Model = request.Model,
        Choices = [.. answers.Select((answer, i) => new ChatChoice { Index = i, Message = Message(answer), FinishReason = FinishReason(answer) })],
        Usage = Usage(answers),
        Warnings = Warnings(answers),
        Own = Blends(answers),
        Other = answers.Count == 1 ? ChatMessage.ReadFields(answers[0].Details?.ResponseFields) : null,
    };

    /// <summary>Returns what the request asked for and did not get; null for nothing.</summary>
    public string[]? Warnings(IReadOnlyList<BlendResponse> answers)
    {
        string[] warnings = [.. request.Warnings, .. answers.SelectMany(static answer => answer.Warnings).Distinct()];
        return warnings.Length > 0 ? warnings : null;
    }

    /// <summary>Creates a chunk with a part of an answer, its tool calls or its finish reason.</summary>
    public ChatChunk Chunk(int index, ChunkDelta delta, string? finishReason = null, string[]? warnings = null, string? fields = null) => new()
    {
        Id = id,
        Object = ChunkObject,
        Created = created,
        Model = request.Model,
        Choices = [new ChunkChoice { Index = index, Delta = delta, FinishReason = finishReason }],
        Warnings = warnings,
        Other = ChatMessage.ReadFields(fields),
    };

    /// <summary>Creates the chunk of a step.</summary>
    public ChatStep Step(int index, BlendEvent step) => new()
    {
        Id = id,
        Object = ChunkObject,
        Created = created,
        Model = request.Model,
        Choices = [],
        Own = StepResult.Create(step) with { Event = StepResult.NameOf(step), Index = index },
    };

    /// <summary>Creates the last chunk, with the requested usage and details.</summary>
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

    /// <summary>Returns an answer's finish reason.</summary>
    public static string FinishReason(BlendResponse answer) =>
        answer.Details?.FinishReason ?? (answer.ReachedLimit ? "length" : answer.ToolUse is not null ? "tool_calls" : "stop");

    private ChatMessage Message(BlendResponse answer)
    {
        var (use, details) = (answer.ToolUse, answer.Details);
        return new ChatMessage
        {
            Role = Conversation.Assistant,
            Content = use is null ? (details?.Refusal is null ? StopCut.Cut(answer.Answer, request.Sampling.Stop) : null) : use.Text.Length > 0 ? use.Text : null,
            ToolCalls = use is null ? null : ToolCallBody.Create(use),
            Refusal = details?.Refusal,
            ReasoningContent = details?.Reasoning,
            Other = ChatMessage.ReadFields(details?.Fields),
        };
    }

    private static ChatUsage Usage(IReadOnlyList<BlendResponse> answers)
    {
        var (read, written) = (answers.Sum(static answer => answer.Usage.PromptTokens), answers.Sum(static answer => answer.Usage.CompletionTokens));
        var (cached, reasoning) = (answers.Sum(static answer => answer.Usage.CachedTokens), answers.Sum(static answer => answer.Usage.ReasoningTokens));
        return new ChatUsage
        {
            PromptTokens = read,
            CompletionTokens = written,
            TotalTokens = read + written,
            PromptTokensDetails = cached > 0 ? new PromptTokenDetails(cached) : null,
            CompletionTokensDetails = reasoning > 0 ? new CompletionTokenDetails(reasoning) : null,
        };
    }

    private ChatBlends? Blends(IReadOnlyList<BlendResponse> answers) =>
        request.WithTrace ? new ChatBlends([.. answers.Select(static answer => BlendResult.Create(null, answer))]) : null;
}
