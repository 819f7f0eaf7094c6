using System.Text.Json;

namespace LLMBlender.Gateway.Tests.OpenAI;

/// <summary>Generates requests and answers of chat completions from a seed.</summary>
internal static class GeneratedChat
{
    private static readonly string[] Texts = ["Which number?", "a \"b\" \\ c", "emoji 😀 and ü", "line\nfeed", " ", "{\"x\": 1}", "</s> <think>"];
    private static readonly string[] Values = ["true", "1", "1.50", "\"x\"", "{ \"a\" : [1, 2.0, null] }", "[]", "{\"nested\":{\"deep\":[{}]}}"];
    private static readonly string[] Fields =
    [
        "user", "metadata", "store", "service_tier", "top_k", "min_p", "repetition_penalty", "chat_template_kwargs", "reasoning", "reasoning_effort", "verbosity", "prompt_cache_key",
        "safety_identifier", "custom_field", "web_search_options", "prediction", "guided_json",
    ];

    /// <summary>A request with random messages, tools and fields.</summary>
    public static string Request(Random random)
    {
        var fields = new List<string> { "\"model\": \"solo\"", $"\"messages\": [{string.Join(", ", Messages(random))}]" };
        fields.AddRange(Fields.Where(_ => random.Next(3) == 0).Select(name => $"\"{name}\": {Pick(random, Values)}"));
        Add("temperature", "0.50", "1", "0.123456789");
        Add("top_p", "0.9", "1.0");
        Add("stop", "\"END\"", "[\"A\", \"B\"]");
        Add("max_tokens", "5", "100");
        Add("seed", "3", "-7");
        Add("presence_penalty", "0.5", "-1");
        Add("tools", """[ {"type": "function", "function": {"name": "f", "parameters": { "type" : "object", "properties": {"a": {"type": "integer", "minimum": 1.0}} }, "x": 1}, "cache_control": {"type": "ephemeral"}} ]""");
        return $"{{{string.Join(", ", fields)}}}";

        void Add(string name, params string[] values)
        {
            if (random.Next(2) == 0)
            {
                fields.Add($"\"{name}\": {Pick(random, values)}");
            }
        }
    }

    /// <summary>An answer with random text, reasoning, calls and fields.</summary>
    public static string Answer(Random random)
    {
        var calls = random.Next(3) == 0;
        var message = new List<string> { "\"role\": \"assistant\"", $"\"content\": {(calls && random.Next(2) == 0 ? "null" : Text(random, Texts[..6].Where(static text => text != " ")))}" };
        if (random.Next(2) == 0)
        {
            message.Add($"\"reasoning_content\": {Text(random, Texts)}");
        }

        if (random.Next(2) == 0)
        {
            message.Add("\"reasoning_details\": [{\"type\": \"reasoning.encrypted\", \"data\": \"abc\"}]");
        }

        if (calls)
        {
            message.Add($"\"tool_calls\": [{Call(random, "c1")}, {Call(random, "c2")}]");
        }

        var (read, written) = (random.Next(1, 100), random.Next(1, 100));
        var finish = calls ? "tool_calls" : Pick(random, ["stop", "length"]);
        var usage = $"{{\"prompt_tokens\": {read}, \"completion_tokens\": {written}, \"total_tokens\": {read + written}, \"prompt_tokens_details\": {{\"cached_tokens\": {random.Next(1, read + 1)}}}}}";
        return $"{{\"id\": \"x\", \"choices\": [{{\"index\": 0, \"message\": {{{string.Join(", ", message)}}}, \"finish_reason\": \"{finish}\"}}], \"usage\": {usage}}}";
    }

    private static IEnumerable<string> Messages(Random random)
    {
        yield return $"{{\"role\": \"{Pick(random, ["system", "developer", "user"])}\", \"content\": {Text(random, Texts)}, \"name\": \"alice\"}}";
        if (random.Next(2) == 0)
        {
            yield return $"{{\"role\": \"assistant\", \"content\": {Pick(random, ["\"\"", "\"Hi.\""])}, \"reasoning_content\": {Text(random, Texts)}, \"odd\": {Pick(random, Values)}}}";
        }

        if (random.Next(2) == 0)
        {
            yield return $"{{\"role\": \"assistant\", \"content\": null, \"tool_calls\": [{Call(random, "c1")}]}}";
            yield return $"{{\"role\": \"tool\", \"tool_call_id\": \"c1\", \"content\": {Text(random, Texts)}}}";
        }

        yield return $"{{\"role\": \"user\", \"content\": [{{\"type\": \"text\", \"text\": {Text(random, Texts)}, \"cache_control\": {{\"type\": \"ephemeral\"}}}}, {{\"type\": \"image_url\", \"image_url\": {{\"url\": \"data:image/png;base64,AAAA\", \"detail\": \"low\"}}}}]}}";
    }

    private static string Call(Random random, string id) =>
        $"{{\"id\": \"{id}\", \"type\": \"function\", \"function\": {{\"name\": \"f\", \"arguments\": {Text(random, ["{}", "{ \"a\" : 1.0 }", "{\"b\":\"😀 \\\"q\\\"\"}"])}}}, \"extra_content\": {{\"google\": {{\"thought_signature\": \"s\"}}}}}}";

    private static string Text(Random random, IEnumerable<string> texts) => JsonSerializer.Serialize(Pick(random, [.. texts]));

    private static string Pick(Random random, string[] values) => values[random.Next(values.Length)];
}
