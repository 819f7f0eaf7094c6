using LLMBlender.Abstractions;
using LLMBlender.Local.Wire;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Tests.Wire;

/// <summary>Answers as servers write them.</summary>
public sealed class OpenAIAnswerTests
{
    private const string Chunk = """data: {"choices":[{"index":0,"delta":{"content":"Fo"}}]}""";
    private const string Stop = """data: {"choices":[{"index":0,"delta":{"content":"ur."},"finish_reason":"stop"}]}""";

    [Theory]
    [InlineData(""" "content":"Four." """)]
    [InlineData(""" "content":"Four.","role":"" """)]
    [InlineData(""" "content":"Four.","role":"model" """)]
    [InlineData(""" "content":"Four.","role":null """)]
    [InlineData(""" "content":[{"type":"text","text":"Fo"},{"type":"text","text":"ur."}] """)]
    [InlineData(""" "content":[{"type":"thinking","thinking":[{"type":"text","text":"Two and two."}]},{"type":"text","text":"Four."}] """)]
    [InlineData(""" "content":{"text":"Four."} """)]
    [InlineData(""" "content":"<think>\nTwo and two.</think>\n\nFour." """)]
    [InlineData(""" "content":"Two and two.\n</think>\n\nFour." """)]
    [InlineData(""" "content":"Four.","tool_calls":null,"refusal":null,"audio":null,"annotations":[] """)]
    [InlineData(""" "content":"Four.","tool_calls":[],"function_call":null """)]
    public async Task Read_Message_ReturnsItsText(string message)
    {
        var answer = await new WireServer().With($$$"""{"choices":[{"index":0,"message":{{{{message}}}},"finish_reason":"stop"}]}""").AskAsync(false);

        Assert.Equal("Four.", answer.Text);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
    }

    [Theory]
    [InlineData(""" "created":1700000000.25 """)]
    [InlineData(""" "created":1700000000000 """)]
    [InlineData(""" "created":null """)]
    [InlineData(""" "created":"yesterday" """)]
    [InlineData(""" "id":5,"object":7,"model":{} """)]
    [InlineData(""" "usage":null """)]
    [InlineData(""" "usage":{"prompt_tokens":null,"completion_tokens":2.0,"total_tokens":"many"} """)]
    [InlineData(""" "usage":{"prompt_tokens":3000000000,"completion_tokens":-1} """)]
    [InlineData(""" "error":"" """)]
    [InlineData(""" "error":{} """)]
    [InlineData(""" "error":false """)]
    [InlineData(""" "error":null """)]
    [InlineData(""" "error":{"code":200,"message":"success"} """)]
    [InlineData("\"padding\":\"a\nb\tc\"")]
    [InlineData(""" "error":{"message":"","code":null,"type":""} """)]
    [InlineData(""" "prompt_logprobs":NaN """)]
    public async Task Read_TopLevelField_DoesNotMatter(string field)
    {
        var body = $$$"""{{{{field}}},"choices":[{"index":null,"message":{"content":"Four."},"logprobs":[],"finish_reason":"eos_token"}]}""";

        Assert.Equal("Four.", (await new WireServer().With(body).AskAsync(false)).Text);
        Assert.Equal("Four.", (await new WireServer().With(body).AskAsync(true)).Text);
    }

    [Theory]
    [InlineData(Chunk + "\n\n" + Stop + "\n\ndata: [DONE]\n\n")]
    [InlineData(Chunk + "\n\n" + Stop + "\n\n")]
    [InlineData(Chunk + "\n" + Stop + "\n")]
    [InlineData(Chunk + "\r\n\r\n" + Stop + "\r\n\r\n")]
    [InlineData(Chunk + "\r\r" + Stop)]
    [InlineData(": waiting\n\ndata:\n\ndata: \n\n" + Chunk + "\n\n: more\n" + Stop)]
    [InlineData("\uFEFF" + Chunk + "\n\nevent: message\nid: 5\nretry: 10\n" + Stop)]
    [InlineData("data: {\"choices\":null}\n\ndata: {\"choices\":[],\"usage\":null}\n\n" + Chunk + "\n\n" + Stop)]
    [InlineData("data: {\"choices\":[{\"delta\":{\"content\":\"Four.\"}}]}\n\ndata: [DONE]\n\n")]
    [InlineData("data: {\"choices\":[{\"index\":0,\"delta\":\ndata: {\"content\":\"Four.\"},\"finish_reason\":\"stop\"}]}\n\n")]
    [InlineData("{\"choices\":[{\"message\":{\"content\":\"Four.\"}}]}")]
    [InlineData("{\n  \"choices\": [\n    {\"message\": {\"content\": \"Four.\"}}\n  ]\n}\n")]
    [InlineData("{\"choices\":[{\"message\":{\"content\":\"Four.\"}}]}\ndata: [DONE]\n\n")]
    [InlineData("{\"choices\":[{\"delta\":{\"content\":\"Four.\"}}]}\n{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}")]
    public async Task Read_Body_IsJudgedByItsBytes(string body)
    {
        foreach (var type in new[] { "text/event-stream", "application/json", "text/html", null })
        {
            Assert.Equal("Four.", (await new WireServer().With(body, type: type).AskAsync(true)).Text);
            Assert.Equal("Four.", (await new WireServer().With(body, type: type).AskAsync(false)).Text);
        }
    }

    [Theory]
    [InlineData(Chunk + "\n\n", "without a finish reason")]
    [InlineData(Chunk + "\n\ndata: {\"choi", "truncated")]
    [InlineData("{\"choices\":[{\"message\":{\"content\":\"Fo", "truncated")]
    [InlineData(Chunk + "\n\ndata: {\"error\":{\"message\":\"out of memory\"}}\n\n", "out of memory")]
    [InlineData(Chunk + "\n\ndata: {\"error\":{\"message\":\"out of memory\"}}\n\ndata: [DONE]\n\n", "out of memory")]
    [InlineData(Chunk + "\n\nevent: error\ndata: {\"message\":\"out of memory\"}\n\n", "out of memory")]
    [InlineData(Chunk + "\n\nevent: error\ndata: out of memory\n\n", "out of memory")]
    [InlineData(Chunk + "\n\ndata: {\"detail\":\"out of memory\"}\n\n", "out of memory")]
    [InlineData(Chunk + "\n\n{\"error\":\"out of memory\"}\n", "out of memory")]
    [InlineData(Chunk + "\n\ndata: {\"object\":\"error\",\"message\":\"out of memory\"}\n\n", "out of memory")]
    [InlineData(Chunk + "\n\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"error\",\"error\":{\"message\":\"out of memory\"}}]}\n\n", "out of memory")]
    [InlineData(Chunk + "\n\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"error\"}]}\n\n", "finish reason \"error\"")]
    [InlineData(Chunk + "\n\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"abort\"}]}\n\n", "finish reason \"abort\"")]
    [InlineData("[{\"error\":{\"code\":503,\"message\":\"out of memory\"}}]", "out of memory")]
    [InlineData("<html>out of memory</html>", "out of memory")]
    [InlineData("", "contains no choice")]
    [InlineData("{}", "contains no choice")]
    [InlineData("data: [DONE]\n\n", "contains no choice")]
    [InlineData("{not json}", "not JSON")]
    public async Task Read_IncompleteAnswer_IsAnError(string body, string message)
    {
        foreach (var isStreamed in new[] { true, false })
        {
            var error = await Assert.ThrowsAsync<BackendException>(() => new WireServer().With(body).AskAsync(isStreamed));

            Assert.Contains(message, error.FullMessage, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("""{"error":{"code":429,"message":"slow down"}}""", 429, BlendFailureReason.Overloaded, "it answered 200 with an error in its body: slow down")]
    [InlineData("""{"error":{"type":"overloaded_error","message":"busy"}}""", 529, BlendFailureReason.Overloaded, "busy")]
    [InlineData("""{"error":{"message":"maximum context length is 4096 tokens"}}""", 400, BlendFailureReason.Refused, "4096")]
    public async Task Read_ErrorInAStream_HasItsStatus(string body, int status, BlendFailureReason reason, string message)
    {
        var error = await Assert.ThrowsAsync<BackendException>(() => new WireServer().With($"data: {body}\n\n").AskAsync(true));

        Assert.Equal((status, reason), (error.Status, error.Reason));
        Assert.Contains(message, error.FullMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, """{"error":{"message":"bad key sk-secret-key","code":"invalid_api_key"}}""", BlendFailureReason.Refused, "invalid_api_key")]
    [InlineData(404, """{"detail":"no such model"}""", BlendFailureReason.Refused, null)]
    [InlineData(413, "too large", BlendFailureReason.Refused, null)]
    [InlineData(429, """{"error":{"message":"slow","type":"requests","code":"rate_limit_exceeded"}}""", BlendFailureReason.Overloaded, "rate_limit_exceeded")]
    [InlineData(529, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", BlendFailureReason.Overloaded, "overloaded_error")]
    [InlineData(500, "", BlendFailureReason.Faulted, null)]
    [InlineData(400, """{"error":{"message":"This model's maximum context length is 8192 tokens"}}""", BlendFailureReason.Refused, "context_length_exceeded")]
    [InlineData(400, """{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}""", BlendFailureReason.Refused, "context_length_exceeded")]
    public async Task Read_ErrorStatus_KeepsStatusAndCode(int status, string body, BlendFailureReason reason, string? code)
    {
        var server = new WireServer { RetryAfter = TimeSpan.FromSeconds(7) }.With(body, status);

        var error = await Assert.ThrowsAsync<BackendException>(() => server.AskAsync(false));

        Assert.Equal((status, reason, code, TimeSpan.FromSeconds(7)), (error.Status, error.Reason, error.Code, error.RetryAfter));
        Assert.Contains($"it answered {status}", error.FullMessage, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-secret-key", error.FullMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""" "id":"c1","type":"function","function":{"name":"f","arguments":""} """, "c1", "{}")]
    [InlineData(""" "id":"c1","function":{"name":"f"} """, "c1", "{}")]
    [InlineData(""" "id":"c1","type":null,"function":{"name":"f","arguments":null} """, "c1", "{}")]
    [InlineData(""" "id":"c1","type":"","function":{"name":"f","arguments":{"a": 1}} """, "c1", "{\"a\": 1}")]
    [InlineData(""" "id":null,"type":"function","function":{"name":"f","arguments":"{\"a\":  1}"} """, null, "{\"a\":  1}")]
    [InlineData(""" "id":7,"type":"function","function":{"name":"f","arguments":"{}"} """, "7", "{}")]
    [InlineData(""" "type":"function","function":{"name":"f","arguments":" "} """, null, "{}")]
    public async Task Read_ToolCall_KeepsItsArguments(string call, string? id, string arguments)
    {
        var answer = await new WireServer().With($$$"""{"choices":[{"message":{"content":null,"tool_calls":[{{{{call}}}}]},"finish_reason":"tool_calls"}]}""").AskAsync(false);

        var read = Assert.Single(answer.Messages.SelectMany(static message => message.Contents).OfType<FunctionCallContent>());
        Assert.Equal(("f", arguments, ChatFinishReason.ToolCalls), (read.Name, WireToolCall.ArgumentsOf(read), answer.FinishReason));
        Assert.Equal(id ?? read.CallId, read.CallId);
        Assert.NotEmpty(read.CallId);
    }

    [Theory]
    [InlineData("""{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\""}}""", """{"index":0,"function":{"arguments":":1}"}}""", "f {\"x\":1}")]
    [InlineData("""{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}""", """{"index":0,"id":"b","function":{"name":"g","arguments":"{}"}}""", "f {},g {}")]
    [InlineData("""{"id":"a","function":{"name":"f","arguments":"{"}}""", """{"function":{"arguments":"}"}}""", "f {}")]
    [InlineData("""{"index":0,"id":"a","function":{"name":"f","arguments":""}}""", """{"index":1,"id":"a","function":{"name":"g"}}""", "f {},g {}")]
    [InlineData("""{"index":0,"id":"a","function":{"name":"f","arguments":""}}""", """{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}""", "f {}")]
    public async Task Read_ToolCallInParts_AreJoined(string first, string second, string expected)
    {
        var body = $$$"""
            data: {"choices":[{"delta":{"tool_calls":[{{{first}}}]}}]}

            data: {"choices":[{"delta":{"tool_calls":[{{{second}}}]},"finish_reason":"tool_calls"}]}

            """;
        var answer = await new WireServer().With(body).AskAsync(true);

        var calls = answer.Messages.SelectMany(static message => message.Contents).OfType<FunctionCallContent>().ToArray();
        Assert.Equal(expected, string.Join(',', calls.Select(static call => $"{call.Name} {WireToolCall.ArgumentsOf(call)}")));
        Assert.Equal(calls.Length, calls.DistinctBy(static call => call.CallId).Count());
    }

    [Theory]
    [InlineData("reasoning_content")]
    [InlineData("reasoning")]
    [InlineData("thinking")]
    public async Task Read_Reasoning_IsNoText(string field)
    {
        var answer = await new WireServer().With($$$"""
            data: {"choices":[{"delta":{"{{{field}}}":"Two "}}]}

            data: {"choices":[{"delta":{"{{{field}}}":"and two."}}]}

            """ + "\n" + Stop).AskAsync(true);

        Assert.Equal("ur.", answer.Text);
        Assert.Equal("Two and two.", string.Concat(answer.Messages[0].Contents.OfType<TextReasoningContent>().Select(static content => content.Text)));
    }

    [Fact]
    public async Task Read_ThinkingTagsOverParts_AreReasoning()
    {
        string[] parts = ["<th", "ink>Two a", "nd two.</thi", "nk>\n", "\nFour", " <think> is a tag."];
        var body = string.Concat(parts.Select(static part => $"data: {{\"choices\":[{{\"delta\":{{\"content\":{System.Text.Json.JsonSerializer.Serialize(part)}}}}}]}}\n\n")) + "data: [DONE]\n\n";

        var answer = await new WireServer().With(body).AskAsync(true);

        Assert.Equal("Four <think> is a tag.", answer.Text);
        Assert.Equal("Two and two.", string.Concat(answer.Messages[0].Contents.OfType<TextReasoningContent>().Select(static content => content.Text)));
    }

    [Fact]
    public async Task Read_HalvesOfACharacter_AreJoinedAndLoneOnesReplaced()
    {
        var body = """
            data: {"choices":[{"delta":{"content":"a\ud83d"}}]}

            data: {"choices":[{"delta":{"content":"\ude00b\ude00c\ud83d"},"finish_reason":"stop"}]}

            """;

        var answer = await new WireServer().With(body).AskAsync(true);

        Assert.Equal("a😀b\uFFFDc\uFFFD", answer.Text);
    }

    [Fact]
    public async Task Read_RunningTotals_AreNotSummed()
    {
        var body = """
            data: {"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":5,"completion_tokens":1}}

            data: {"choices":[{"delta":{"content":"b"},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":3},"completion_tokens_details":{"reasoning_tokens":1}}}

            data: {"choices":[],"usage":{"prompt_tokens":null,"completion_tokens":2.0}}

            """;

        var usage = (await new WireServer().With(body).AskAsync(true)).Usage!;

        Assert.Equal((5L, 2L, 7L, 3L, 1L), (usage.InputTokenCount, usage.OutputTokenCount, usage.TotalTokenCount, usage.CachedInputTokenCount, usage.ReasoningTokenCount));
    }

    [Theory]
    [InlineData("length", "length")]
    [InlineData("max_tokens", "length")]
    [InlineData("MAX_TOKENS", "length")]
    [InlineData("content_filter", "content_filter")]
    [InlineData("SAFETY", "content_filter")]
    [InlineData("something new", "stop")]
    [InlineData("", "stop")]
    public async Task Read_FinishReason_IsTranslated(string written, string expected)
    {
        var answer = await new WireServer().With($$"""{"choices":[{"message":{"content":"a"},"finish_reason":"{{written}}"}]}""").AskAsync(false);

        Assert.Equal(new ChatFinishReason(expected), answer.FinishReason);
    }

    [Fact]
    public async Task Read_Refusal_IsAnErrorContent()
    {
        var answer = await new WireServer().With("""{"choices":[{"message":{"content":null,"refusal":"I can't."},"finish_reason":"stop"}]}""").AskAsync(false);

        var refusal = Assert.Single(answer.Messages[0].Contents.OfType<ErrorContent>());
        Assert.Equal(("I can't.", AnswerAssembler.RefusalCode), (refusal.Message, refusal.ErrorCode));
    }

    [Fact]
    public async Task Read_LongContent_IsLimitedButNotItsWrapping()
    {
        var small = new WireServer { Settings = new WireSettings(new Uri("http://server.test/v1"), "m") { MaxAnswerLength = 1000 } };
        var chunk = $$$"""data: {"choices":[{"delta":{"content":"x"}}],"padding":"{{{new string('p', 1000)}}}"}""" + "\n\n";

        var answer = await small.With(string.Concat(Enumerable.Repeat(chunk, 1000)) + "data: [DONE]\n\n").AskAsync(true);
        Assert.Equal(1000, answer.Text.Length);

        var longer = new WireServer { Settings = small.Settings }.With(string.Concat(Enumerable.Repeat(chunk, 1001)) + "data: [DONE]\n\n");
        var error = await Assert.ThrowsAsync<BackendException>(() => longer.AskAsync(true));
        Assert.Contains("longer than 1000", error.FullMessage, StringComparison.Ordinal);
    }
}
