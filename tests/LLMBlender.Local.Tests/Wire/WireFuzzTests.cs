using System.Text;
using LLMBlender.Local.Wire;
using LLMBlender.TestKit.Fuzzing;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Tests.Wire;

/// <summary>Mutated answers: each ends in an answer or in the error type. LLMBLENDER_FUZZ sets the number of mutations.</summary>
public sealed class WireFuzzTests
{
    private static readonly int Count = Fuzz.Count(20_000);

    private static readonly (string Kind, string Body)[] Seeds =
    [
        ("openai", """{"id":"x","created":1,"choices":[{"index":0,"message":{"role":"assistant","content":"a \ud83d\ude00 b","reasoning_content":"r","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},"finish_reason":"stop","logprobs":null}],"usage":{"prompt_tokens":1,"completion_tokens":2,"completion_tokens_details":{"reasoning_tokens":1}}}"""),
        ("openai", "data: {\"choices\":[{\"delta\":{\"content\":\"<think>x</th\"}}]}\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"ink>y\\ud83d\",\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}]},\"finish_reason\":null}]}\n\n: c\n\nevent: message\ndata: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"}\"}}]},\"finish_reason\":\"tool_calls\"}],\"usage\":{\"prompt_tokens\":1e3}}\n\ndata: [DONE]\n\n"),
        ("openai", """{"error":{"message":"m","type":"t","code":429,"param":null},"choices":[{"message":{"content":[{"type":"text","text":"a"},{"type":"thinking","thinking":[{"type":"text","text":"b"}]}]}}],"detail":[{"loc":["body"],"msg":"m"}]}"""),
        ("ollama", "{\"message\":{\"role\":\"assistant\",\"content\":\"a\",\"thinking\":\"t\"},\"done\":false}\n{\"message\":{\"content\":\"\",\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":{\"a\":[1,{}]}}}]},\"done\":true,\"done_reason\":\"stop\",\"eval_count\":3}\n"),
        ("anthropic", "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":1}}}\n\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"s\"}}\n\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\ndata: {\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{}}}\n\ndata: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{}\"}}\n\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":2}}\n\ndata: {\"type\":\"message_stop\"}\n\n"),
        ("openai", """{"choices":[{"message":{"content":"ab","annotations":[]},"finish_reason":"stop","logprobs":{"content":[{"token":"a","logprob":-0.5,"bytes":[97],"top_logprobs":[{"token":"\u00e9","logprob":-1}]}],"refusal":null}}],"usage":{"prompt_tokens":1,"completion_tokens":2,"cost":0.01,"prompt_tokens_details":{"cached_tokens":1,"cache_creation_tokens":1}}}"""),
        ("ollama", "{\"message\":{\"content\":\"a\"},\"logprobs\":[{\"token\":\"a\",\"logprob\":-1}],\"done\":false}\n{\"done\":true,\"done_reason\":\"stop\"}\n"),
        ("anthropic", """{"type":"message","content":[{"type":"text","text":"a","citations":[{"type":"x","cited_text":"b"}]},{"type":"redacted_thinking","data":"d"},{"type":"server_tool_use","id":"s","name":"web_search","input":{"query":"q"}},{"type":"web_search_tool_result","tool_use_id":"s","content":[{"encrypted_content":"e"}]}],"stop_reason":"stop_sequence","stop_sequence":"#","usage":{"input_tokens":1,"cache_creation_input_tokens":2,"cache_read_input_tokens":3,"server_tool_use":{"web_search_requests":1}}}"""),
        ("anthropic", "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"citations_delta\",\"citation\":{\"type\":\"c\"}}}\n\ndata: {\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"server_tool_use\",\"id\":\"s\",\"name\":\"w\",\"input\":{}}}\n\ndata: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{}\"}}\n\ndata: {\"type\":\"content_block_stop\",\"index\":1}\n\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"pause_turn\"},\"usage\":{\"output_tokens\":2}}\n\n"),
    ];

    private static readonly string[] Fragments =
    [
        "null", "{}", "[]", "\"\"", "-1", "1e999", "NaN", "true", "\"\\ud800\"", "\n", "\r\n", "\n\n", "data: ", "data:", "event: error\n", "[DONE]", "{", "}", "[", "]", "\"", "\\",
        ",", ":", "\"error\":", "\"choices\":", "\"delta\":", "\"message\":", "\"finish_reason\":\"length\"", "\uFEFF", "\0",
    ];

    [Fact]
    public async Task Read_MutatedAnswer_EndsInAnAnswerOrTheErrorType()
    {
        var random = new Random(Fuzz.Seed);
        var answers = 0;
        for (var i = 0; i < Count; i++)
        {
            var (kind, seed) = Seeds[random.Next(Seeds.Length)];
            var body = Mutate(Encoding.UTF8.GetBytes(seed), random);
            try
            {
                using var client = new WireServer().With(body, random.Next(20) == 0 ? 400 : 200).Client(kind);
                var answer = random.Next(2) == 0 ? await client.GetResponseAsync("What?") : await client.GetStreamingResponseAsync("What?").ToChatResponseAsync();
                Assert.NotNull(answer.FinishReason);
                Assert.All(answer.Text.EnumerateRunes(), static rune => Assert.True(rune.Utf16SequenceLength > 0));
                answers++;
            }
            catch (BackendException e)
            {
                Assert.NotEmpty(e.Message);
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"{e.GetType().Name} at mutation {i} of {kind}: {Convert.ToBase64String(body)}: {e}");
            }
        }

        Assert.InRange(answers, Count / 100, Count - 1);
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        var body = seed.ToList();
        for (var left = random.Next(4); left >= 0; left--)
        {
            var at = random.Next(body.Count + 1);
            switch (random.Next(6))
            {
                case 0 when at < body.Count:
                    body[at] = (byte)random.Next(256);
                    break;
                case 1:
                    body.RemoveRange(at, Math.Min(random.Next(20), body.Count - at));
                    break;
                case 2:
                    body.InsertRange(at, Encoding.UTF8.GetBytes(Fragments[random.Next(Fragments.Length)]));
                    break;
                case 3 when random.Next(4) == 0:
                    body.RemoveRange(at, body.Count - at);
                    break;
                case 4:
                    body.InsertRange(at, body.GetRange(0, Math.Min(random.Next(200), body.Count)));
                    break;
                default:
                    Replace(body, random);
                    break;
            }
        }

        return [.. body];
    }

    // Replaces the value of a field by one of another type.
    private static void Replace(List<byte> body, Random random)
    {
        var colons = Enumerable.Range(0, body.Count).Where(i => body[i] == ':').ToArray();
        if (colons.Length > 0)
        {
            var at = colons[random.Next(colons.Length)] + 1;
            var end = body.FindIndex(at, static value => value is (byte)',' or (byte)'}' or (byte)']');
            body.RemoveRange(at, (end < 0 ? body.Count : end) - at);
            body.InsertRange(at, Encoding.UTF8.GetBytes(Fragments[random.Next(12)]));
        }
    }
}
