using System.Text.Json;

namespace LLMBlender.Local.Wire;

/// <summary>Reads an answer of Anthropic's messages API, whole or streamed.</summary>
internal sealed class AnthropicAnswerReader(AnswerAssembler answer) : IAnswerReader
{
    /// <summary>The field of an answer that contains its thinking blocks with their signatures, which the next request returns.</summary>
    public const string ThinkingBlocks = "thinking_blocks";

    /// <summary>The field of an answer that contains all of its blocks, if some are of kinds that chat completions do not have.</summary>
    public const string ContentBlocks = "content_blocks";

    private readonly List<AnthropicBlock> blocks = [];
    private bool isFinished;

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
            case "content_block_start" when root.Field("content_block") is { } block:
                ReadBlock(block, index, isWhole: false);
                break;
            case "content_block_delta" when root.Field("delta") is { } delta:
                ReadDelta(delta, index);
                break;
            case "content_block_stop":
                End(index);
                break;
            case "message_delta":
                ReadUsage(root.Field("usage"));
                Finish(root.Field("delta"));
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
            ReadBlock(content, index, isWhole: true);
            End(index++);
        }

        ReadUsage(message.Field("usage"));
        Finish(message);
        answer.End();
    }

    private void ReadBlock(JsonElement content, long? index, bool isWhole)
    {
        if (content.ValueKind is not JsonValueKind.Object)
        {
            return;
        }

        answer.Count(content.GetRawText().Length);
        blocks.Add(new AnthropicBlock(content, index, isWhole));
        switch (content.Field("type").Text())
        {
            case "text":
                answer.AddText(content.Field("text").Text());
                break;
            case "thinking":
                answer.AddReasoning(content.Field("thinking").Text());
                break;
            case "tool_use":
                // A stream begins with an empty input and continues with its text.
                answer.AddCall(index, content.Field("id").Text(), content.Field("name").Text(), isWhole ? content.Field("input")?.GetRawText() : null, []);
                break;
        }
    }

    private void ReadDelta(JsonElement delta, long? index)
    {
        var block = blocks.FindLast(block => block.Index == index);
        block?.Add(delta);
        switch (delta.Field("type").Text())
        {
            case "text_delta":
                answer.AddText(delta.Field("text").Text());
                break;
            case "thinking_delta":
                answer.AddReasoning(delta.Field("thinking").Text());
                break;
            case "input_json_delta" when block?.Type is null or "tool_use":
                answer.AddCall(index, null, null, delta.Field("partial_json").Text(), []);
                break;
            default:
                answer.Count(delta.GetRawText().Length);
                break;
        }
    }

    // Thinking without its signature is no use to the server.
    private void End(long? index)
    {
        if (blocks.FindLast(block => block.Index == index) is { Type: "thinking" or "redacted_thinking" } block && block.ToJson() is var json
            && (block.Type == "redacted_thinking" || json.Field("signature").Text() is { Length: > 0 }))
        {
            answer.AddThinking(json);
        }
    }

    // Stop reasons that chat completions do not have are fields of the response.
    private void Finish(JsonElement? end)
    {
        var reason = end.Field("stop_reason");
        answer.Finish(reason.Text());
        if (reason.Text() is "stop_sequence" or "pause_turn")
        {
            answer.AddResponseField("stop_reason", reason!.Value);
            if (end.Field("stop_sequence") is { } sequence)
            {
                answer.AddResponseField("stop_sequence", sequence);
            }
        }

        if (reason is not null && !isFinished && blocks.Exists(static block => block.IsForeign))
        {
            isFinished = true;
            answer.AddField(ContentBlocks, JsonSerializer.SerializeToElement(blocks.ConvertAll(static block => block.ToJson()).FindAll(static block => block.IsValidText())));
        }
    }

    // Anthropic counts what is read from and written to its cache separately.
    private void ReadUsage(JsonElement? usage)
    {
        answer.Usage.Keep(usage);
        var cached = usage.Field("cache_read_input_tokens").Count();
        var written = usage.Field(WireUsage.CacheWriteCount).Count();
        var input = usage.Field("input_tokens").Count();
        answer.Usage.Set(input is null ? null : input + (cached ?? 0) + (written ?? 0), usage.Field("output_tokens").Count(), cached, written);
    }
}
