using System.Text.Json;
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

    private static readonly string[] UsageCounts = ["prompt_tokens", "completion_tokens", "total_tokens"];

    /// <summary>Creates a complete completion.</summary>
    public ChatCompletion Whole(IReadOnlyList<BlendResponse> answers) => new()
    {
        Id = id,
        Object = "chat.completion",
        Created = created,
        Model = request.Model,
        Choices =
        [
            .. answers.Select((answer, i) => new ChatChoice
            {
                Index = i,
                Message = Message(answer),
                Logprobs = ChatMessage.Read(answer.Details?.Logprobs),
                FinishReason = FinishReason(answer),
            }),
        ],
        Usage = Usage(answers),
        Warnings = Warnings(answers),
        Own = Blends(answers),
        Other = answers.Count == 1 ? ResponseFields(answers[0].Details?.ResponseFields) : null,
    };

    /// <summary>Returns what the request asked for and did not get; null for nothing.</summary>
    public string[]? Warnings(IReadOnlyList<BlendResponse> answers)
    {
        string[] warnings =
        [
            .. request.Warnings,
            .. answers.SelectMany(static answer => answer.Warnings).Distinct(),
            .. request.IsLegacy && answers.Any(static answer => answer.ToolUse is { Calls.Length: > 1 }) ? (string[])["the answer makes several calls, and \"function_call\" has place for the first"] : [],
        ];
        return warnings.Length > 0 ? warnings : null;
    }

    /// <summary>Creates a chunk with a part of an answer, its tool calls or its finish reason.</summary>
    public ChatChunk Chunk(int index, ChunkDelta delta, string? finishReason = null, string[]? warnings = null, string? fields = null, string? logprobs = null) => new()
    {
        Id = id,
        Object = ChunkObject,
        Created = created,
        Model = request.Model,
        Choices = [new ChunkChoice { Index = index, Delta = delta, Logprobs = ChatMessage.Read(logprobs), FinishReason = finishReason }],
        Warnings = warnings,
        Other = ResponseFields(fields),
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
    public string FinishReason(BlendResponse answer) =>
        answer.Details?.FinishReason ?? (answer.ReachedLimit ? "length" : answer.ToolUse is null ? "stop" : request.IsLegacy ? "function_call" : "tool_calls");

    private ChatMessage Message(BlendResponse answer)
    {
        var (use, details) = (answer.ToolUse, answer.Details);
        return new ChatMessage
        {
            Role = Conversation.Assistant,
            Content = use is null ? (details?.Refusal is null ? StopCut.Cut(answer.Answer, request.Sampling.Stop) : null) : use.Text.Length > 0 ? use.Text : null,
            ToolCalls = use is null || request.IsLegacy ? null : ToolCallBody.Create(use),
            FunctionCall = use is not null && request.IsLegacy ? FunctionCall.Create(use.Calls[0].Name, use.Calls[0].Arguments) : null,
            Refusal = details?.Refusal,
            ReasoningContent = details?.Reasoning,
            Other = ChatMessage.ReadFields(details?.Fields),
        };
    }

    private ChatUsage Usage(IReadOnlyList<BlendResponse> answers)
    {
        var (read, written) = (answers.Sum(static answer => answer.Usage.PromptTokens), answers.Sum(static answer => answer.Usage.CompletionTokens));
        var (cached, reasoning) = (answers.Sum(static answer => answer.Usage.CachedTokens), answers.Sum(static answer => answer.Usage.ReasoningTokens));
        var other = UsageFields(answers);
        var kept = answers.Sum(static answer => answer.Usage.CacheWriteTokens);
        return new ChatUsage
        {
            PromptTokens = read,
            CompletionTokens = written,
            TotalTokens = read + written,
            PromptTokensDetails = cached + kept > 0 && other?.ContainsKey("prompt_tokens_details") != true ? new PromptTokenDetails(cached, kept > 0 ? kept : null) : null,
            CompletionTokensDetails = reasoning > 0 && other?.ContainsKey("completion_tokens_details") != true ? new CompletionTokenDetails(reasoning) : null,
            Other = other,
        };
    }

    // The usage has its own place.
    private static Dictionary<string, JsonElement>? ResponseFields(string? json)
    {
        var fields = ChatMessage.ReadFields(json);
        fields?.Remove("usage");
        return fields;
    }

    // Of a panel whose usage is its member's.
    private Dictionary<string, JsonElement>? UsageFields(IReadOnlyList<BlendResponse> answers)
    {
        if (!request.IsPassThrough || answers is not [{ Details.ResponseFields: { } fields }]
            || !JsonElement.Parse(fields).TryGetProperty("usage", out var usage) || !usage.TryGetProperty("prompt_tokens", out _))
        {
            return null;
        }

        return usage.EnumerateObject().Where(static field => !UsageCounts.Contains(field.Name) && field.Value.ValueKind is not JsonValueKind.Null)
            .ToDictionary(static field => field.Name, static field => field.Value);
    }

    private ChatBlends? Blends(IReadOnlyList<BlendResponse> answers) =>
        request.WithTrace ? new ChatBlends([.. answers.Select(static answer => BlendResult.Create(null, answer))]) : null;
}
