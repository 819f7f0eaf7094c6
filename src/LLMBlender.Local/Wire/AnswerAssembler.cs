using System.Text;
using System.Text.Json;
using LLMBlender.Abstractions;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Wire;

/// <summary>
/// Assembles an answer from its parts: joins halves of characters, separates reasoning, collects tool calls, keeps the last usage, and
/// limits the length. Used by one answer.
/// </summary>
/// <param name="maxLength">The maximum length of text, reasoning and tool arguments together.</param>
internal sealed class AnswerAssembler(int maxLength)
{
    /// <summary>The error code of a refusal's <see cref="ErrorContent"/>, as the OpenAI adapter of Microsoft.Extensions.AI names it.</summary>
    public const string RefusalCode = "Refusal";

    /// <summary>The additional property of a response that holds its unknown fields, a JSON object as text.</summary>
    public const string ResponseFieldsProperty = "llmblender.response";

    /// <summary>The additional property of a response that holds the log probabilities of its tokens, a JSON object as text.</summary>
    public const string LogprobsProperty = "llmblender.logprobs";

    /// <summary>The unknown field of a response that holds its usage, if that has fields other than the usual counts.</summary>
    private const string UsageField = "usage";

    // Twenty alternatives of a token are much longer than the token.
    private const int LogprobsPerCharacter = 100;

    // They are wrapping, which the limit of the content does not count.
    private const int MaxResponseFields = 64 * 1024;

    private readonly ThinkingSplitter thinking = new();
    private readonly StringBuilder refusal = new();
    private readonly ToolCallAssembler calls = new();
    private readonly LogprobsAssembler logprobs = new((int)Math.Min((long)LogprobsPerCharacter * maxLength, int.MaxValue));
    private readonly Dictionary<string, JsonElement> extra = [];
    private readonly Dictionary<string, JsonElement> responseFields = [];
    private SurrogateJoiner text;
    private SurrogateJoiner reasoning;
    private List<AIContent> ready = [];
    private List<ToolCallPart> parts = [];
    private List<JsonElement> blocks = [];
    private ChatFinishReason? finish;
    private long length;
    private long responseFieldsLength;

    /// <summary>The model that the server says answered; null until it is read, or if it says none.</summary>
    public string? Model { get; private set; }

    /// <summary>The answer's id at the server; null until it is read, or if it has none.</summary>
    public string? Id { get; private set; }

    /// <summary>Whether the answer is complete: it has a finish reason, its end marker was read, or it came in one piece.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Whether any part of the answer was read.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>The usage so far. A later count replaces an earlier one, because servers report running totals.</summary>
    public WireUsage Usage { get; } = new();

    /// <summary>Counts characters that a reader keeps itself.</summary>
    /// <exception cref="BackendException">The answer is too long.</exception>
    public void Count(int characters)
    {
        length += characters;
        if (length > maxLength)
        {
            throw new BackendException(BlendFailureReason.Faulted, $"its answer is longer than {maxLength} characters");
        }
    }

    /// <summary>Takes the answer's model and id from a frame, or from the message that Anthropic's first frame contains; the first ones count.</summary>
    public void Identify(JsonElement frame)
    {
        if (Model is null && frame.ValueKind is JsonValueKind.Object)
        {
            var holder = frame.TryGetProperty("message", out var message) && message.ValueKind is JsonValueKind.Object && message.TryGetProperty("model", out _) ? message : frame;
            (Model, Id) = (Text(holder, "model"), Text(holder, "id") ?? Id);
        }

        static string? Text(JsonElement holder, string name) =>
            holder.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String && value.IsValidText() ? value.GetString() : null;
    }

    /// <summary>Marks that the response contains an answer, even an empty one.</summary>
    public void Begin() => HasBegun = true;

    /// <summary>Marks the answer as complete.</summary>
    public void End() => IsEnded = true;

    /// <summary>Adds text.</summary>
    public void AddText(string? part)
    {
        if (Counted(part) is { Length: > 0 } more)
        {
            Add(thinking.Next(text.Next(more)));
        }
    }

    /// <summary>Adds reasoning.</summary>
    public void AddReasoning(string? part)
    {
        if (Counted(part) is { Length: > 0 } more)
        {
            Add((reasoning.Next(more), ""));
        }
    }

    /// <summary>Adds a part of a refusal.</summary>
    public void AddRefusal(string? part) => refusal.Append(Counted(part));

    /// <summary>Adds a part of a tool call.</summary>
    /// <param name="index">The index that the server gives; null for none.</param>
    /// <param name="id">The id; null or empty for none.</param>
    /// <param name="name">The tool's name; null or empty for none.</param>
    /// <param name="arguments">The next characters of the arguments.</param>
    /// <param name="fields">The call's unknown fields.</param>
    public void AddCall(long? index, string? id, string? name, string? arguments, IEnumerable<JsonProperty> fields)
    {
        HasBegun = true;
        if (calls.Add(index, id, name, Counted(arguments), fields) is { } part)
        {
            parts.Add(part);
        }
    }

    /// <summary>Adds the log probabilities of the next tokens; null and what is no object of lists is ignored.</summary>
    /// <exception cref="BackendException">They are too long.</exception>
    public void AddLogprobs(JsonElement? part)
    {
        if (part is { } more)
        {
            logprobs.Add(more);
        }
    }

    /// <summary>Adds a complete thinking block in Anthropic's format; its text is reasoning already.</summary>
    public void AddThinking(JsonElement block)
    {
        if (block.IsValidText())
        {
            AddField(AnthropicAnswerReader.ThinkingBlocks, JsonSerializer.SerializeToElement<JsonElement[]>([block]));
            blocks.Add(block);
        }
    }

    /// <summary>Sets an unknown field of the message; a list in a further part is appended.</summary>
    public void AddField(string name, JsonElement value)
    {
        Counted(value.GetRawText());
        if (!value.IsValidText())
        {
            return;
        }

        extra[name] = extra.TryGetValue(name, out var known) && known.ValueKind is JsonValueKind.Array && value.ValueKind is JsonValueKind.Array
            ? JsonSerializer.SerializeToElement<JsonElement[]>([.. known.EnumerateArray(), .. value.EnumerateArray()])
            : value;
    }

    /// <summary>Sets an unknown field of the response; the first one of a name counts.</summary>
    public void AddResponseField(string name, JsonElement value)
    {
        if (!responseFields.ContainsKey(name) && responseFieldsLength < MaxResponseFields && value.IsValidText())
        {
            responseFieldsLength += value.GetRawText().Length;
            responseFields.Add(name, value);
        }
    }

    /// <summary>Sets the finish reason; null and empty ones are ignored.</summary>
    /// <exception cref="BackendException">The reason is an error.</exception>
    public void Finish(string? reason)
    {
        if (!string.IsNullOrWhiteSpace(reason))
        {
            (finish, IsEnded) = (FinishReasons.Read(reason), true);
        }
    }

    /// <summary>
    /// Takes the parts that are ready; null if there are none. What has no content is the <see cref="ChatResponseUpdate.RawRepresentation"/>, a
    /// <see cref="WirePart"/>.
    /// </summary>
    public ChatResponseUpdate? Take()
    {
        var part = WirePart.Create(parts.Count > 0 ? parts.ToArray() : null, blocks.Count > 0 ? JsonSerializer.Serialize(blocks) : null, logprobs.Take());
        if (ready.Count == 0 && part is null)
        {
            return null;
        }

        var update = new ChatResponseUpdate(ChatRole.Assistant, ready) { RawRepresentation = part };
        (ready, parts, blocks) = ([], [], []);
        return update;
    }

    /// <summary>Returns the last update: the parts that were held back, tool calls, finish reason, usage and unknown fields.</summary>
    public ChatResponseUpdate Complete()
    {
        Add((reasoning.End(), ""));
        Add(thinking.Next(text.End()));
        Add(thinking.End());
        if (refusal.Length > 0)
        {
            ready.Add(new ErrorContent(SurrogateJoiner.Valid(refusal.ToString())) { ErrorCode = RefusalCode });
        }

        var complete = calls.Complete();
        ready.AddRange(complete);
        if (Usage.ToDetails() is { } details)
        {
            ready.Add(new UsageContent(details));
        }

        var last = new ChatResponseUpdate(ChatRole.Assistant, ready)
        {
            FinishReason = complete.Count > 0 && finish != ChatFinishReason.Length ? ChatFinishReason.ToolCalls : finish ?? ChatFinishReason.Stop,
        };
        foreach (var (name, value) in extra)
        {
            (last.AdditionalProperties ??= [])[name] = value;
        }

        if (logprobs.Complete() is { } all)
        {
            (last.AdditionalProperties ??= [])[LogprobsProperty] = all;
        }

        if (Usage.ToFields() is { } usage)
        {
            AddResponseField(UsageField, usage);
        }

        if (responseFields.Count > 0)
        {
            (last.AdditionalProperties ??= [])[ResponseFieldsProperty] = JsonSerializer.Serialize(responseFields);
        }

        ready = [];
        return last;
    }

    private void Add((string Thinking, string Answer) part)
    {
        if (part.Thinking.Length > 0)
        {
            ready.Add(new TextReasoningContent(part.Thinking));
        }

        if (part.Answer.Length > 0)
        {
            ready.Add(new TextContent(part.Answer));
        }
    }

    private string? Counted(string? part)
    {
        HasBegun |= part is { Length: > 0 };
        Count(part?.Length ?? 0);
        return part;
    }
}
