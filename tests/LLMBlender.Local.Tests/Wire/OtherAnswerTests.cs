using LLMBlender.Local.Wire;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Tests.Wire;

/// <summary>Answers of Ollama and Anthropic.</summary>
public sealed class OtherAnswerTests
{
    [Fact]
    public async Task Ollama_Lines_AreOneAnswer()
    {
        var body = """
            {"message":{"role":"assistant","thinking":"Two and two."},"done":false}
            {"message":{"role":"assistant","content":"Fo"},"done":false}
            {"message":{"role":"assistant","content":"ur.","tool_calls":[{"function":{"name":"f","arguments":{"a": 1}}}]},"done":false}
            {"message":{"role":"assistant","content":""},"done":true,"done_reason":"length","prompt_eval_count":5,"eval_count":2}
            """;

        var answer = await new WireServer().With(body, type: "application/x-ndjson").AskAsync(true, "ollama");

        Assert.Equal(("Four.", ChatFinishReason.Length, 5L, 2L), (answer.Text, answer.FinishReason, answer.Usage!.InputTokenCount, answer.Usage.OutputTokenCount));
        Assert.Equal("{\"a\": 1}", WireToolCall.ArgumentsOf(Assert.Single(answer.Messages[0].Contents.OfType<FunctionCallContent>())));
        Assert.Equal("Two and two.", Assert.Single(answer.Messages[0].Contents.OfType<TextReasoningContent>()).Text);
    }

    [Theory]
    [InlineData("openai", """{"id":"chatcmpl-1","model":"m-2026","choices":[{"message":{"content":"Four."},"finish_reason":"stop"}]}""", "m-2026", "chatcmpl-1")]
    [InlineData("ollama", """{"model":"m:8b","message":{"content":"Four."},"done":true,"done_reason":"stop"}""", "m:8b", null)]
    [InlineData("anthropic", """{"id":"msg_1","type":"message","model":"m-2026","role":"assistant","content":[{"type":"text","text":"Four."}],"stop_reason":"end_turn"}""", "m-2026", "msg_1")]
    [InlineData("openai", """{"id":7,"model":null,"choices":[{"message":{"content":"Four."},"finish_reason":"stop"}]}""", null, null)]
    [InlineData("openai", """{"model":"echo of\nsk-secret-key","choices":[{"message":{"content":"Four."},"finish_reason":"stop"}]}""", "echo of [key]", null)]
    public async Task Answer_NamesItsModel_WithoutTheKey(string kind, string body, string? model, string? id)
    {
        var answer = await new WireServer().With(body).AskAsync(false, kind);

        Assert.Equal(("Four.", model, id), (answer.Text, answer.ModelId, answer.ResponseId));
    }

    [Theory]
    [InlineData("{\"message\":{\"content\":\"Fo\"},\"done\":false}\n", "without a finish reason")]
    [InlineData("{\"message\":{\"content\":\"Fo\"},\"done\":false}\n{\"error\":\"out of memory\"}\n", "out of memory")]
    [InlineData("{\"message\":{\"content\":\"Fo\"},\"done\":false}\n{\"message\":{\"con", "truncated")]
    public async Task Ollama_IncompleteAnswer_IsAnError(string body, string message)
    {
        var error = await Assert.ThrowsAsync<BackendException>(() => new WireServer().With(body).AskAsync(true, "ollama"));

        Assert.Contains(message, error.FullMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Anthropic_Events_AreOneAnswer()
    {
        var body = """
            event: message_start
            data: {"type":"message_start","message":{"id":"msg_2","model":"m-2026","content":[],"usage":{"input_tokens":5,"cache_read_input_tokens":10,"output_tokens":1}}}

            event: ping
            data: {"type":"ping"}

            event: content_block_start
            data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Two and two."}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"sig"}}

            event: content_block_stop
            data: {"type":"content_block_stop","index":0}

            event: content_block_delta
            data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Four."}}

            event: content_block_start
            data: {"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"t1","name":"f","input":{}}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"a\""}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":": 1}"}}

            event: message_delta
            data: {"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":7}}

            event: message_stop
            data: {"type":"message_stop"}

            """;

        var answer = await new WireServer().With(body, type: "text/event-stream").AskAsync(true, "anthropic");

        Assert.Equal(("Four.", ChatFinishReason.ToolCalls, 15L, 7L, 10L), (
            answer.Text, answer.FinishReason, answer.Usage!.InputTokenCount, answer.Usage.OutputTokenCount, answer.Usage.CachedInputTokenCount));
        var call = Assert.Single(answer.Messages[0].Contents.OfType<FunctionCallContent>());
        Assert.Equal(("t1", "{\"a\": 1}"), (call.CallId, WireToolCall.ArgumentsOf(call)));
        Assert.Contains("\"sig\"", answer.AdditionalProperties![AnthropicAnswerReader.ThinkingBlocks]!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("end_turn", "stop")]
    [InlineData("max_tokens", "length")]
    [InlineData("refusal", "content_filter")]
    public async Task Anthropic_Whole_IsAnAnswer(string reason, string expected)
    {
        var answer = await new WireServer().With(
            $$$"""{"type":"message","role":"assistant","content":[{"type":"text","text":"Four."}],"stop_reason":"{{{reason}}}","usage":{"input_tokens":5,"output_tokens":2}}""").AskAsync(false, "anthropic");

        Assert.Equal(("Four.", new ChatFinishReason(expected)), (answer.Text, answer.FinishReason));
    }

    [Fact]
    public async Task Anthropic_ErrorEvent_IsAnError()
    {
        var body = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{}}\n\nevent: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n";

        var error = await Assert.ThrowsAsync<BackendException>(() => new WireServer().With(body).AskAsync(true, "anthropic"));

        Assert.Equal((529, "overloaded_error"), (error.Status, error.Code));
    }
}
