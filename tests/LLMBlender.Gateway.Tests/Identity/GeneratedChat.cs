using System.Text.Json.Nodes;
using CsCheck;
using static LLMBlender.Gateway.Tests.Identity.GeneratedJson;

namespace LLMBlender.Gateway.Tests.Identity;

/// <summary>Generators of requests and answers of chat completions.</summary>
internal static class GeneratedChat
{
    private const string Image = """{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"}}""";

    private static readonly Gen<string> CacheControl = OneOf("{\"type\": \"ephemeral\"}", "{\"type\":\"ephemeral\",\"ttl\":\"1h\"}");

    private static readonly Gen<string> Part = Gen.OneOf(
        Object(("type", Always("\"text\"")), ("text", Always(Text)), ("cache_control", Maybe(CacheControl))),
        Gen.Const(Image),
        Object(("type", Always("\"file\"")), ("file", Always(Object(("file_data", Always("\"data:application/pdf;base64,AAAA\"")), ("filename", Maybe(Text)))))));

    private static readonly Gen<string> Content = Gen.OneOf(Text, List(Part, 1, 3));

    private static readonly Gen<string> Arguments = Object(("a", Maybe(Value)), ("city", Maybe(Text))).Select(static json => Quote(json, true));

    private static readonly Gen<string> Token = Object(
        ("token", Always(Text)), ("logprob", Always("-0.25", "-9999.0", "0")), ("bytes", Always("[104, 105]", "null")),
        ("top_logprobs", Always(List(Object(("token", Always(Text)), ("logprob", Always("-1.5"))), 0, 2))));

    private static readonly Gen<string> Usage = Gen.Select(Gen.Int[1, 99], Gen.Int[1, 99], Gen.Bool, static (read, written, isDetailed) =>
        $"{{\"prompt_tokens\": {read}, \"completion_tokens\": {written}, \"total_tokens\": {read + written}"
        + (isDetailed ? $", \"prompt_tokens_details\": {{\"cached_tokens\": {read / 2}, \"audio_tokens\": 0}}, \"completion_tokens_details\": {{\"reasoning_tokens\": {written / 2}}}, \"cost\": 0.00125}}" : "}"));

    /// <summary>A request to the panel "solo".</summary>
    public static Gen<string> Request { get; } = Object(
        ("model", Always("\"solo\"")),
        ("messages", Always(Gen.OneOf(
            List(Message("system", Content), Message("user", Content)),
            List(Message("developer", Text), Message("user", Content), Assistant(), Message("user", Content)),
            List(Message("user", Content), Calling(), Result(), Message("user", Text))))),
        ("tools", Maybe(List(Function("f"), Function("g")))),
        ("tool_choice", Gen.Const((string?)null)),
        ("temperature", Maybe("0.50", "1", "0.123456789", "0")),
        ("top_p", Maybe("0.9", "1.0")),
        ("stop", Maybe("\"END\"", "[\"A!\", \"B!\"]")),
        ("max_tokens", Maybe("5", "100")),
        ("seed", Maybe("3", "-7")),
        ("presence_penalty", Maybe("0.5", "-1")),
        ("frequency_penalty", Maybe("0.25")),
        ("reasoning_effort", Maybe("\"low\"", "\"none\"")),
        ("verbosity", Maybe("\"high\"")),
        ("user", Maybe(Text)),
        ("metadata", Maybe(Value)),
        ("store", Maybe("true", "false")),
        ("service_tier", Maybe("\"flex\"")),
        ("logprobs", Maybe("true")),
        ("top_logprobs", Maybe("3")),
        ("top_k", Maybe("5")),
        ("min_p", Maybe("0.05")),
        ("chat_template_kwargs", Maybe(Value)),
        ("prompt_cache_key", Maybe(Text)),
        ("custom field", Maybe(Value)));

    /// <summary>An answer with its message, finish reason, usage and further fields.</summary>
    public static Gen<string> Answer { get; } = Gen.Bool.SelectMany(static calls => Object(
        ("id", Always("\"x\"")),
        ("choices", Always(List(Object(
            ("index", Always("0")),
            ("message", Always(AnswerMessage(calls))),
            ("logprobs", Maybe(Object(("content", Always(List(Token, 1, 4))), ("refusal", Maybe("null"))))),
            ("finish_reason", Always(calls ? ["\"tool_calls\""] : ["\"stop\"", "\"length\""])))))),
        ("citations", Maybe(List(Text, 1, 2))),
        ("system_fingerprint", Maybe(Text)),
        ("usage", Always(Usage))));

    /// <summary>Splits an answer into the events of a stream.</summary>
    public static string ToEvents(JsonNode answer)
    {
        var choice = answer["choices"]![0]!;
        var message = choice["message"]!.AsObject();
        var chunks = new List<JsonObject>();
        foreach (var field in message.Where(static field => field.Value is not null && field.Key is not ("role" or "tool_calls")))
        {
            var isText = field.Key is "content" or "reasoning_content" or "refusal";
            chunks.AddRange(isText
                ? Pieces(field.Value!.GetValue<string>()).Select(piece => new JsonObject { ["delta"] = new JsonObject { [field.Key] = piece } })
                : [new JsonObject { ["delta"] = new JsonObject { [field.Key] = field.Value!.DeepClone() } }]);
        }

        foreach (var (i, call) in (message["tool_calls"]?.AsArray() ?? []).Index())
        {
            var begin = call!.DeepClone().AsObject();
            begin["index"] = i;
            begin["function"]!["arguments"] = "";
            chunks.Add(new JsonObject { ["delta"] = new JsonObject { ["tool_calls"] = new JsonArray(begin) } });
            chunks.AddRange(Pieces(call["function"]!["arguments"]!.GetValue<string>()).Select(piece => new JsonObject
            {
                ["delta"] = new JsonObject { ["tool_calls"] = new JsonArray(new JsonObject { ["index"] = i, ["function"] = new JsonObject { ["arguments"] = piece } }) },
            }));
        }

        foreach (var (i, token) in (choice["logprobs"]?["content"]?.AsArray() ?? []).Index())
        {
            // With the text, as far as there are pieces.
            var at = Math.Min(i, chunks.Count - 1);
            (chunks[at]["logprobs"] ??= new JsonObject { ["content"] = new JsonArray() })["content"]!.AsArray().Add(token!.DeepClone());
        }

        chunks.Add(new JsonObject { ["delta"] = new JsonObject(), ["finish_reason"] = choice["finish_reason"]!.DeepClone() });
        var events = chunks.ConvertAll(static chunk => new JsonObject { ["choices"] = new JsonArray(chunk) });
        foreach (var field in answer.AsObject().Where(static field => field.Value is not null && field.Key is not ("choices" or "usage")))
        {
            events[0][field.Key] = field.Value!.DeepClone();
        }

        events.Add(new JsonObject { ["choices"] = new JsonArray(), ["usage"] = answer["usage"]!.DeepClone() });
        return string.Concat(events.Select(static data => $"data: {data.ToJsonString()}\n\n")) + "data: [DONE]\n\n";
    }

    /// <summary>Joins the events of a stream to an answer.</summary>
    public static JsonObject FromEvents(IEnumerable<string> events)
    {
        var (answer, message, choice) = (new JsonObject(), new JsonObject(), new JsonObject());
        foreach (var data in events.Where(static data => data != "[DONE]").Select(static data => JsonNode.Parse(data)!.AsObject()))
        {
            foreach (var field in data.Where(static field => field.Key != "choices"))
            {
                answer[field.Key] = field.Value?.DeepClone();
            }

            if (data["choices"]!.AsArray() is [JsonObject part])
            {
                Join(message, part["delta"]!.AsObject());
                choice["finish_reason"] = part["finish_reason"]?.DeepClone() ?? choice["finish_reason"]?.DeepClone();
                foreach (var token in part["logprobs"]?["content"]?.AsArray() ?? [])
                {
                    (choice["logprobs"] ??= new JsonObject { ["content"] = new JsonArray() })["content"]!.AsArray().Add(token!.DeepClone());
                }
            }
        }

        choice["message"] = message;
        answer["choices"] = new JsonArray(choice);
        return answer;
    }

    private static void Join(JsonObject message, JsonObject delta)
    {
        foreach (var field in delta.Where(static field => field.Value is not null))
        {
            if (field.Key is "content" or "reasoning_content" or "refusal")
            {
                message[field.Key] = message[field.Key]?.GetValue<string>() + field.Value!.GetValue<string>();
            }
            else if (field.Key == "tool_calls")
            {
                JoinCall((message["tool_calls"] ??= new JsonArray()).AsArray(), field.Value![0]!.AsObject());
            }
            else
            {
                message[field.Key] = field.Value!.DeepClone();
            }
        }
    }

    private static void JoinCall(JsonArray calls, JsonObject part)
    {
        if (part["id"] is not null)
        {
            var call = part.DeepClone().AsObject();
            call.Remove("index");
            calls.Add((JsonNode)call);
        }
        else
        {
            var function = calls[part["index"]!.GetValue<int>()]!["function"]!;
            function["arguments"] = function["arguments"]!.GetValue<string>() + part["function"]!["arguments"]!.GetValue<string>();
        }
    }

    private static IEnumerable<string> Pieces(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var length = Math.Min(7, text.Length - at);
            length += length < text.Length - at && char.IsHighSurrogate(text[at + length - 1]) ? 1 : 0;
            yield return text.Substring(at, length);
            at += length;
        }
    }

    private static Gen<string> AnswerMessage(bool calls) => Object(
        ("role", Always("\"assistant\"")),
        ("content", Always(calls ? Gen.OneOf(Gen.Const("null"), Sentence.Select(static text => Quote(text, true))) : Sentence.Select(static text => Quote(text, true)))),
        ("reasoning_content", Maybe(Text)),
        ("reasoning_details", Maybe(List(Object(("type", Always("\"reasoning.encrypted\"")), ("data", Always(Text))), 1, 2))),
        ("annotations", Maybe(List(Object(("type", Always("\"url_citation\"")), ("url", Always(Text))), 1, 2))),
        ("tool_calls", calls ? Always(List(Call("c1"), Call("c2"))) : Gen.Const((string?)null)));

    private static Gen<string> Message(string role, Gen<string> content) => Object(
        ("role", Always($"\"{role}\"")), ("content", Always(content)), ("name", Maybe("\"alice\"")), ("odd", Maybe(Value)));

    private static Gen<string> Assistant() => Object(
        ("role", Always("\"assistant\"")), ("content", Always(Gen.OneOf(Text, Gen.Const("\"\"")))), ("reasoning_content", Maybe(Text)), ("reasoning_details", Maybe(Value)));

    private static Gen<string> Calling() => Object(
        ("role", Always("\"assistant\"")), ("content", Always("null", "\"\"", "\"Let me see.\"")), ("tool_calls", Always(List(Call("c1"), 1, 1))));

    private static Gen<string> Result() => Object(("role", Always("\"tool\"")), ("tool_call_id", Always("\"c1\"")), ("content", Always(Text)), ("cache_control", Maybe(CacheControl)));

    private static Gen<string> Call(string id) => Object(
        ("id", Always($"\"{id}\"")), ("type", Always("\"function\"")),
        ("function", Always(Object(("name", Always("\"f\"")), ("arguments", Always(Arguments))))),
        ("extra_content", Maybe("""{"google": {"thought_signature": "s"}}""")));

    private static Gen<string> Function(string name) => Object(
        ("type", Always("\"function\"")),
        ("function", Always(Object(
            ("name", Always($"\"{name}\"")), ("description", Maybe(Text)), ("strict", Maybe("true", "false")), ("x", Maybe(Value)),
            ("parameters", Maybe("""{ "type" : "object", "properties": {"a": {"type": "integer", "minimum": 1.0}} }"""))))),
        ("cache_control", Maybe(CacheControl)));
}
