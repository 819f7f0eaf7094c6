using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using static LLMBlender.Gateway.Tests.Identity.GeneratedJson;

namespace LLMBlender.Gateway.Tests.Identity;

/// <summary>Generators of requests and answers of Anthropic's messages API.</summary>
internal static class GeneratedMessages
{
    private static readonly Gen<string?> CacheControl = Maybe("{\"type\": \"ephemeral\"}", "{\"type\":\"ephemeral\",\"ttl\":\"1h\"}");

    private static readonly Gen<string> TextBlock = Object(("type", Always("\"text\"")), ("text", Always(Text)), ("cache_control", CacheControl), ("odd", Maybe(Value)));

    private static readonly Gen<string> Image = Object(
        ("type", Always("\"image\"")),
        ("source", Always("""{"type": "base64", "media_type": "image/png", "data": "AAAA"}""", """{"type":"url","url":"https://x.example/a.png"}""")),
        ("cache_control", CacheControl));

    private static readonly Gen<string> Document = Object(
        ("type", Always("\"document\"")),
        ("source", Always("""{"type": "base64", "media_type": "application/pdf", "data": "AAAA"}""", """{"type":"text","media_type":"text/plain","data":"Hi."}""", """{"type":"file","file_id":"f1"}""")),
        ("title", Maybe(Text)), ("context", Maybe(Text)), ("citations", Maybe("{\"enabled\": true}")));

    private static readonly Gen<string> Found = Object(
        ("type", Always("\"search_result\"")), ("source", Always(Text)), ("title", Always(Text)), ("content", Always(List(TextBlock, 1, 1))));

    private static readonly Gen<string> Result = Object(
        ("type", Always("\"tool_result\"")), ("tool_use_id", Always("\"t1\"")), ("is_error", Maybe("true", "false")), ("cache_control", CacheControl),
        ("content", Maybe(Gen.OneOf(Text, List(Gen.OneOf(TextBlock, Image), 1, 3)))));

    private static readonly Gen<string> Thought = Object(("type", Always("\"thinking\"")), ("thinking", Always(Text)), ("signature", Always("\"c2ln\"")));

    private static readonly Gen<string> Redacted = Object(("type", Always("\"redacted_thinking\"")), ("data", Always("\"ZGF0YQ==\"")));

    private static readonly Gen<string> Use = Object(
        ("type", Always("\"tool_use\"")), ("id", Always("\"t1\"")), ("name", Always("\"f\"")), ("input", Always(Object(("a", Maybe(Value))))), ("cache_control", CacheControl));

    private static readonly Gen<string> Search = Object(
        ("type", Always("\"server_tool_use\"")), ("id", Always("\"s1\"")), ("name", Always("\"web_search\"")), ("input", Always(Object(("query", Always(Text))))));

    private static readonly Gen<string> Results = Object(
        ("type", Always("\"web_search_tool_result\"")), ("tool_use_id", Always("\"s1\"")),
        ("content", Always("""[{"type": "web_search_result", "url": "https://x.example", "title": "X", "encrypted_content": "abc"}]""")));

    private static readonly Gen<string> Tool = Gen.OneOf(
        Object(("name", Always("\"f\"")), ("description", Maybe(Text)), ("input_schema", Always("""{ "type" : "object", "properties": {"a": {"minimum": 1.0}} }""")), ("cache_control", CacheControl), ("strict", Maybe("true"))),
        Object(("type", Always("\"custom\"")), ("name", Always("\"f\"")), ("input_schema", Always("""{"type":"object"}""")), ("input_examples", Maybe(Value)), ("defer_loading", Maybe("true"))));

    private static readonly Gen<string> OwnTool = OneOf(
        """{"type": "web_search_20250305", "name": "web_search", "max_uses": 5}""", """{"type":"bash_20250124","name":"bash"}""");

    private static readonly Gen<string> Said = Object(("type", Always("\"text\"")), ("text", Always(Sentence.Select(static text => Quote(text, true)))));

    private static readonly Gen<string> Called = Object(
        ("type", Always("\"tool_use\"")), ("id", Always("\"t9\"")), ("name", Always("\"f\"")), ("input", Always(Object(("a", Maybe(Value)), ("b", Maybe(Text))))));

    private static readonly Gen<string> Usage = Object(
        ("input_tokens", Always("7", "90")), ("output_tokens", Always("5", "1")), ("cache_creation_input_tokens", Always("0", "11")), ("cache_read_input_tokens", Always("0", "13")),
        ("service_tier", Maybe("\"standard\"")), ("server_tool_use", Maybe("{\"web_search_requests\": 2}")), ("cache_creation", Maybe("{\"ephemeral_5m_input_tokens\": 11}")));

    /// <summary>A request to the panel "claude".</summary>
    public static Gen<string> Request { get; } = Object(
        ("model", Always("\"claude\"")),
        ("max_tokens", Always("20")),
        ("system", Maybe(Gen.OneOf(Text, List(TextBlock, 1, 2)))),
        ("messages", Always(Gen.OneOf(
            List(User(Gen.OneOf(Text, List(Gen.OneOf(TextBlock, Image, Document, Found), 1, 4)))),
            List(User(Text), Assistant(List(Thought, Redacted, TextBlock, Use)), User(List(Result, TextBlock))),
            List(User(Text), Assistant(List(TextBlock, Search, Results, TextBlock)), User(List(TextBlock, 1, 2)))))),
        ("tools", Always(Gen.OneOf(List(Tool), List(Tool, OwnTool), List(OwnTool)))),
        ("tool_choice", Maybe("{\"type\": \"auto\", \"disable_parallel_tool_use\": true}", "{\"type\":\"none\"}")),
        ("thinking", Maybe("{\"type\": \"enabled\", \"budget_tokens\": 10}", "{\"type\":\"adaptive\"}")),
        ("metadata", Maybe("{\"user_id\": \"u\"}")),
        ("temperature", Maybe("0.123456789", "1.0")),
        ("top_p", Maybe("0.9")),
        ("top_k", Maybe("5")),
        ("stop_sequences", Maybe("[\"A!\"]")),
        ("service_tier", Maybe("\"auto\"")),
        ("context_management", Maybe(Value)),
        ("output_config", Maybe("{\"effort\": \"low\"}")),
        ("container", Maybe(Text)),
        ("odd", Maybe(Value)));

    /// <summary>An answer. Blocks that only Anthropic's API has come last, where a stream has them too.</summary>
    public static Gen<string> Answer { get; } = OneOf("end_turn", "max_tokens", "tool_use", "pause_turn", "stop_sequence").SelectMany(static reason => Object(
        ("id", Always("\"m\"")), ("type", Always("\"message\"")), ("role", Always("\"assistant\"")),
        ("content", Always(reason == "tool_use"
            ? Gen.OneOf(List(Said, Called), List(Thought, Said, Called), List(Thought, Redacted, Called))
            : Gen.OneOf(List(Said), List(Thought, Said), List(Redacted, Thought, Said), List(Said, Search, Results)))),
        ("stop_reason", Always($"\"{reason}\"")),
        ("stop_sequence", Always(reason == "stop_sequence" ? "\"###\"" : "null")),
        ("usage", Always(Usage))));

    /// <summary>Splits an answer into the events of a stream.</summary>
    public static string ToEvents(JsonNode answer)
    {
        var text = new StringBuilder();
        Write(new JsonObject { ["type"] = "message_start", ["message"] = new JsonObject { ["content"] = new JsonArray(), ["usage"] = answer["usage"]!.DeepClone() } });
        Write(new JsonObject { ["type"] = "ping" });
        foreach (var (i, block) in answer["content"]!.AsArray().Index())
        {
            var start = block!.DeepClone().AsObject();
            var (field, delta) = (string?)start["type"] switch
            {
                "text" => ("text", "text_delta"),
                "thinking" => ("thinking", "thinking_delta"),
                "tool_use" or "server_tool_use" => ("input", "input_json_delta"),
                _ => ("", ""),
            };
            if (field.Length > 0)
            {
                start[field] = field == "input" ? new JsonObject() : "";
                start.Remove("signature");
            }

            Write(new JsonObject { ["type"] = "content_block_start", ["index"] = i, ["content_block"] = start });
            var whole = field.Length == 0 ? "" : field == "input" ? block["input"]!.ToJsonString() : (string)block[field]!;
            foreach (var piece in Pieces(whole))
            {
                Write(new JsonObject { ["type"] = "content_block_delta", ["index"] = i, ["delta"] = new JsonObject { ["type"] = delta, [field == "input" ? "partial_json" : field] = piece } });
            }

            if (block["signature"] is { } signature)
            {
                Write(new JsonObject { ["type"] = "content_block_delta", ["index"] = i, ["delta"] = new JsonObject { ["type"] = "signature_delta", ["signature"] = signature.DeepClone() } });
            }

            Write(new JsonObject { ["type"] = "content_block_stop", ["index"] = i });
        }

        Write(new JsonObject
        {
            ["type"] = "message_delta",
            ["delta"] = new JsonObject { ["stop_reason"] = answer["stop_reason"]!.DeepClone(), ["stop_sequence"] = answer["stop_sequence"]?.DeepClone() },
            ["usage"] = new JsonObject { ["output_tokens"] = answer["usage"]!["output_tokens"]!.DeepClone() },
        });
        Write(new JsonObject { ["type"] = "message_stop" });
        return text.ToString();

        void Write(JsonObject data) => text.Append("event: ").Append((string)data["type"]!).Append("\ndata: ").Append(data.ToJsonString()).Append("\n\n");
    }

    /// <summary>Joins the events of a stream to an answer.</summary>
    public static JsonObject FromEvents(IEnumerable<string> events)
    {
        var (answer, content, input) = (new JsonObject(), new JsonArray(), "");
        foreach (var data in events.Select(static data => JsonNode.Parse(data)!))
        {
            switch ((string?)data["type"])
            {
                case "content_block_start":
                    content.Add(data["content_block"]!.DeepClone());
                    input = "";
                    break;
                case "content_block_delta":
                    foreach (var (name, value) in data["delta"]!.AsObject().Where(static field => field.Key != "type"))
                    {
                        if (name == "partial_json")
                        {
                            input += (string)value!;
                        }
                        else
                        {
                            content[^1]![name] = (string?)content[^1]![name] + (string)value!;
                        }
                    }

                    break;
                case "content_block_stop" when input.Length > 0:
                    content[^1]!["input"] = JsonNode.Parse(input);
                    break;
                case "message_delta":
                    foreach (var (name, value) in data["delta"]!.AsObject())
                    {
                        answer[name] = value?.DeepClone();
                    }

                    answer["usage"] = data["usage"]!.DeepClone();
                    break;
            }
        }

        answer["content"] = content;
        return answer;
    }

    private static IEnumerable<string> Pieces(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var length = Math.Min(5, text.Length - at);
            length += length < text.Length - at && char.IsHighSurrogate(text[at + length - 1]) ? 1 : 0;
            yield return text.Substring(at, length);
            at += length;
        }
    }

    private static Gen<string> User(Gen<string> content) => Object(("role", Always("\"user\"")), ("content", Always(content)));

    private static Gen<string> Assistant(Gen<string> content) => Object(("role", Always("\"assistant\"")), ("content", Always(content)));
}
