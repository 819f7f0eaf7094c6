using System.Text.Json;

namespace LLMBlender.Local.Wire;

/// <summary>Reads an answer of Anthropic's messages API, whole or streamed.</summary>
internal sealed class AnthropicAnswerReader(AnswerAssembler answer) : IAnswerReader
{
    /// <summary>The field of an answer that contains its thinking blocks with their signatures, which the next request returns.</summary>
    public const string ThinkingBlocks = "thinking_blocks";

    private readonly List<JsonElement> thinking = [];
    private (string Thinking, string Signature)? block;

    /// <inheritdoc/>
    public void Read(JsonElement root)
    {
        var index = root.Field("index").Count();
        switch (root.Field("type").Text())
        {
            case "message":
                ReadMessage(root);
                break;
            case "message_start":
                answer.Begin();
                ReadUsage(root.Field("message").Field("usage"));
                break;
            case "content_block_start":
                ReadBlock(root.Field("content_block"), index, isWhole: false);
                break;
            case "content_block_delta":
                ReadDelta(root.Field("delta"), index);
                break;
            case "content_block_stop":
                EndBlock();
                break;
            case "message_delta":
                ReadUsage(root.Field("usage"));
                answer.Finish(root.Field("delta").Field("stop_reason").Text());
                break;
            case "message_stop":
                answer.End();
                break;
        }
    }

    private void ReadMessage(JsonElement message)
    {
        answer.Begin();
        var index = 0L;
        foreach (var content in message.Field("content").Entries())
        {
            ReadBlock(content, index++, isWhole: true);
        }

        ReadUsage(message.Field("usage"));
        answer.Finish(message.Field("stop_reason").Text());
        answer.End();
    }

    private void ReadBlock(JsonElement? content, long? index, bool isWhole)
    {
        switch (content.Field("type").Text())
        {
            case "text":
                answer.AddText(content.Field("text").Text());
                break;
            case "thinking":
                block = (content.Field("thinking").Text() ?? "", content.Field("signature").Text() ?? "");
                answer.AddReasoning(block.Value.Thinking);
                if (isWhole)
                {
                    EndBlock();
                }

                break;
            case "redacted_thinking":
                AddThinking(content!.Value);
                break;
            case "tool_use":
                // A stream begins with an empty input and continues with its text.
                var input = content.Field("input");
                answer.AddCall(index, content.Field("id").Text(), content.Field("name").Text(), isWhole ? input?.GetRawText() : null, []);
                break;
        }
    }

    private void ReadDelta(JsonElement? delta, long? index)
    {
        switch (delta.Field("type").Text())
        {
            case "text_delta":
                answer.AddText(delta.Field("text").Text());
                break;
            case "thinking_delta":
                var more = delta.Field("thinking").Text() ?? "";
                block = ((block?.Thinking ?? "") + more, block?.Signature ?? "");
                answer.AddReasoning(more);
                break;
            case "signature_delta":
                block = (block?.Thinking ?? "", (block?.Signature ?? "") + delta.Field("signature").Text());
                break;
            case "input_json_delta":
                answer.AddCall(index, null, null, delta.Field("partial_json").Text(), []);
                break;
        }
    }

    private void EndBlock()
    {
        if (block is { Signature.Length: > 0 } ended)
        {
            AddThinking(JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["type"] = "thinking", ["thinking"] = ended.Thinking, ["signature"] = ended.Signature }));
        }

        block = null;
    }

    private void AddThinking(JsonElement one)
    {
        thinking.Add(one);
        answer.AddField(ThinkingBlocks, JsonSerializer.SerializeToElement<JsonElement[]>([one]));
    }

    // Anthropic counts what is read from and written to its cache separately.
    private void ReadUsage(JsonElement? usage)
    {
        var cached = usage.Field("cache_read_input_tokens").Count();
        var input = usage.Field("input_tokens").Count();
        answer.Usage.Set(
            input is null ? null : input + (cached ?? 0) + (usage.Field("cache_creation_input_tokens").Count() ?? 0), usage.Field("output_tokens").Count(), cached);
    }
}
