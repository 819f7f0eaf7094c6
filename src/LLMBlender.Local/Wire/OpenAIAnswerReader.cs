using System.Text.Json;

namespace LLMBlender.Local.Wire;

/// <summary>Reads an answer of OpenAI's chat completions, whole or streamed, as servers write it.</summary>
/// <remarks>
/// What is tolerated, and whose servers need it. Fields that are not read (<c>id</c>, <c>object</c>, <c>created</c>, <c>model</c>,
/// <c>role</c>, <c>index</c> of a choice other than a number) may have any value, and <c>logprobs</c> that are no object of lists are none.
/// <list type="table">
/// <item><term>content as a list of parts, with thinking parts</term><description>Mistral's reasoning models</description></item>
/// <item><term><c>reasoning_content</c>, <c>reasoning</c>, <c>thinking</c></term><description>DeepSeek and vLLM; OpenRouter and Groq; others</description></item>
/// <item><term>reasoning within the text, between think tags</term><description>servers without a reasoning parser</description></item>
/// <item><term>created as a fraction, milliseconds, null or text</term><description>SambaNova and others</description></item>
/// <item><term>an empty or unknown role</term><description>MiniMax, LM Studio</description></item>
/// <item><term>an error field that says nothing</term><description>Apertis, MiniMax</description></item>
/// <item><term>usage that is null, or counts as null, fractions or text</term><description>TGI, Fenic's providers</description></item>
/// <item><term>usage in <c>x_groq</c> or in a choice; running totals</term><description>Groq; Moonshot; vLLM</description></item>
/// <item><term>arguments empty, absent, null or an object</term><description>vLLM and OpenRouter for Anthropic's models; llama.cpp, TGI</description></item>
/// <item><term>a tool call without id, type or index; several calls with index 0</term><description>Ollama, older vLLM; Gemini</description></item>
/// <item><term>fields of the response that OpenAI does not have</term><description>Perplexity's citations, llama.cpp's timings</description></item>
/// <item><term>control characters that are not escaped</term><description>llamafile and other small servers</description></item>
/// <item><term>reasoning that ends with a tag and begins without one</term><description>DeepSeek's and Qwen's templates, whose prompt has the begin tag</description></item>
/// <item><term>fields of a tool call that OpenAI does not have</term><description>Gemini's thought signatures</description></item>
/// <item><term><c>function_call</c> instead of <c>tool_calls</c></term><description>older servers</description></item>
/// <item><term>choices null or empty in a stream</term><description>Azure's content filter, vLLM's usage</description></item>
/// <item><term>a message instead of a delta, or text instead of both</term><description>llama-cpp-python, completions behind a proxy</description></item>
/// <item><term>an unusual or missing finish reason of a whole answer</term><description>Gemini, TGI</description></item>
/// <item><term>half of a surrogate pair at the end of a part</term><description>OpenRouter, byte-level tokenizers</description></item>
/// <item><term>NaN and Infinity</term><description>servers in Python</description></item>
/// <item><term>events for a whole answer, JSON for a stream, any content type</term><description>proxies that always stream; sub2api</description></item>
/// <item><term>empty events, comments, lines without <c>data:</c>, no end marker</term><description>OpenRouter, 9router, older TGI</description></item>
/// </list>
/// </remarks>
internal sealed class OpenAIAnswerReader(AnswerAssembler answer) : IAnswerReader
{
    private static readonly string[] KnownFields =
        ["role", "content", "tool_calls", "function_call", "refusal", "reasoning_content", "reasoning", "thinking", "tool_call_id"];

    // Fields of the gateway's own, of errors, and padding.
    private static readonly string[] KnownResponseFields =
        ["id", "object", "created", "model", "choices", "usage", "x_groq", "obfuscation", "type", "error", "errors", "detail", "base_resp", "warnings", "llmblender"];

    private static readonly string[] KnownCallFields = ["id", "type", "index", "function"];

    /// <inheritdoc/>
    public void Read(JsonElement root)
    {
        answer.Usage.Read(root.Field("usage") ?? root.Field("x_groq").Field("usage"));
        ReadResponseFields(root);
        foreach (var choice in root.Field("choices").Entries().Where(static choice => choice.Field("index").Count() is null or 0))
        {
            ReadChoice(choice);
            return;
        }
    }

    // Perplexity's citations, and others.
    private void ReadResponseFields(JsonElement root)
    {
        if (root.ValueKind is not JsonValueKind.Object)
        {
            return;
        }

        foreach (var field in root.EnumerateObject())
        {
            if (!KnownResponseFields.Contains(field.Name) && field.Value.ValueKind is not JsonValueKind.Null)
            {
                answer.AddResponseField(field.Name, field.Value);
            }
        }
    }

    private void ReadChoice(JsonElement choice)
    {
        answer.Begin();
        answer.Usage.Read(choice.Field("usage"));
        if ((choice.Field("delta") ?? choice.Field("message")) is { } message)
        {
            ReadMessage(message);
        }
        else
        {
            answer.AddText(choice.Field("text").Text());
        }

        answer.AddLogprobs(choice.Field("logprobs"));
        answer.Finish(FinishReason(choice.Field("finish_reason")));
        if (choice.Field("delta") is null && choice.Field("message") is not null)
        {
            answer.End();
        }
    }

    private void ReadMessage(JsonElement message)
    {
        answer.AddReasoning(Reasoning(message));
        ReadContent(message.Field("content"));
        answer.AddRefusal(message.Field("refusal").Text());
        var calls = message.Field("tool_calls");
        foreach (var call in calls is { ValueKind: JsonValueKind.Object } single ? [single] : calls.Entries())
        {
            ReadCall(call);
        }

        if (message.Field("function_call") is { ValueKind: JsonValueKind.Object } function)
        {
            answer.AddCall(0, null, function.Field("name").Text(), Arguments(function.Field("arguments")), []);
        }

        ReadFields(message);
    }

    private void ReadContent(JsonElement? content)
    {
        if (content is { ValueKind: JsonValueKind.Array })
        {
            foreach (var part in content.Entries())
            {
                ReadContent(part);
            }
        }
        else if (content is { ValueKind: JsonValueKind.Object } part)
        {
            ReadPart(part);
        }
        else
        {
            answer.AddText(content.Text());
        }
    }

    private void ReadPart(JsonElement part)
    {
        if (part.Field("type").Text() is "thinking" or "reasoning")
        {
            answer.AddReasoning(Join(part.Field("thinking") ?? part.Field("text") ?? part.Field("reasoning") ?? part.Field("content")));
        }
        else if (part.Field("refusal").Text() is { } refusal)
        {
            answer.AddRefusal(refusal);
        }
        else
        {
            ReadContent(part.Field("text") ?? part.Field("content"));
        }
    }

    private void ReadCall(JsonElement call)
    {
        if (call.ValueKind is JsonValueKind.Object)
        {
            var function = call.Field("function") ?? call;
            answer.AddCall(
                call.Field("index").Count(),
                call.Field("id").Text(),
                function.Field("name").Text(),
                Arguments(function.Field("arguments")),
                call.EnumerateObject().Where(static field => !KnownCallFields.Contains(field.Name)));
        }
    }

    // OpenRouter streams its details beside the text, and expects them back.
    private void ReadFields(JsonElement message)
    {
        if (message.ValueKind is not JsonValueKind.Object)
        {
            return;
        }

        foreach (var field in message.EnumerateObject())
        {
            if (!KnownFields.Contains(field.Name) && field.Value.ValueKind is not JsonValueKind.Null)
            {
                answer.AddField(field.Name, field.Value);
            }
        }
    }

    private static string? Reasoning(JsonElement message) =>
        Join(message.Field("reasoning_content")) is { Length: > 0 } content ? content
        : Join(message.Field("reasoning")) is { Length: > 0 } reasoning ? reasoning
        : Join(message.Field("thinking"));

    private static string? Join(JsonElement? value) => value switch
    {
        { ValueKind: JsonValueKind.Array } => string.Concat(value.Entries().Select(static part => Join(part))),
        { ValueKind: JsonValueKind.Object } part => Join(part.Field("text") ?? part.Field("thinking") ?? part.Field("content")),
        _ => value.Text(),
    };

    private static string? Arguments(JsonElement? arguments) => arguments switch
    {
        { ValueKind: JsonValueKind.Object or JsonValueKind.Array } value => value.GetRawText(),
        _ => arguments.Text(),
    };

    private static string? FinishReason(JsonElement? reason) =>
        reason is { ValueKind: JsonValueKind.Object } details ? details.Field("type").Text() ?? details.Field("reason").Text() : reason.Text();
}
