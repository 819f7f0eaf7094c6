using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using LLMBlender.Local.Settings;
using static LLMBlender.Gateway.Tests.Identity.GeneratedJson;

namespace LLMBlender.Gateway.Tests.Identity;

/// <summary>A round trip of responses through a panel of one is the identity on what they have in common with chat completions.</summary>
public sealed class ResponsesIdentityTests : IClassFixture<GatewayFixture>
{
    private const string Path = "/v1/responses";
    private const int Count = 100;

    private static readonly Gen<string> Arguments = Object(("a", Maybe(Value))).Select(static json => Quote(json, true));

    private static readonly Gen<string> Request = Object(
        ("model", Always("\"solo\"")),
        ("instructions", Maybe(Text)),
        ("input", Always(List(
            Object(("role", Always("\"user\"")), ("content", Always(Text))),
            Object(("type", Always("\"function_call\"")), ("call_id", Always("\"c1\"")), ("name", Always("\"f\"")), ("arguments", Always(Arguments))),
            Object(("type", Always("\"function_call_output\"")), ("call_id", Always("\"c1\"")), ("output", Always(Text))),
            Object(("type", Always("\"message\"")), ("role", Always("\"assistant\"")), ("content", Always(List(Object(("type", Always("\"output_text\"")), ("text", Always(Text))), 1, 1)))),
            Object(("role", Always("\"user\"")), ("content", Always(List(
                Object(("type", Always("\"input_text\"")), ("text", Always(Text))),
                Gen.Const("""{"type":"input_image","image_url":"data:image/png;base64,AAAA","detail":"low"}""")))))))),
        ("tools", Always(List(Object(
            ("type", Always("\"function\"")), ("name", Always("\"f\"")), ("description", Maybe(Text)), ("strict", Maybe("true", "false")),
            ("parameters", Always(Object(("type", Always("\"object\"")), ("default", Maybe(Value)))))), 1, 1))),
        ("temperature", Maybe("0.123456789")),
        ("reasoning", Maybe("{\"effort\": \"low\"}")),
        ("user", Maybe(Text)),
        ("custom field", Maybe(Value)));

    private readonly LiveGateway gateway;

    public ResponsesIdentityTests(GatewayFixture fixture)
    {
        gateway = fixture.Gateway;
        gateway.Use(
            [gateway.Backend("solo") with { Sees = true, Attempts = 1 }],
            new PanelSettings { Name = "solo", Members = ["solo"], Fuser = "select", Passes = ["tools", "response_format"] });
    }

    [Fact]
    public Task Request_Generated_ReachesTheMemberAsChat() => Request.SampleAsync(
        async text =>
        {
            gateway.Models.On("solo", static call => call.JsonAsync("""{"choices":[{"message":{"content":"1"},"finish_reason":"stop"}]}"""));
            using var content = new StringContent(text, Encoding.UTF8, "application/json");

            using var response = await gateway.Http.PostAsync(Path, content);

            Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
            var request = JsonElement.Parse(text);
            var sent = JsonNode.Parse(gateway.Models.CallsOf("solo")[^1].Body.GetRawText())!;
            AssertSame(Expected(request), sent, "");
        },
        iter: Count, threads: 1);

    [Fact]
    public Task Answer_Generated_ReachesTheCallerUnchangedWholeOrStreamed() => Gen.Select(GeneratedChat.Answer, Gen.Bool, Gen.Bool).SampleAsync(
        async (text, isAskedAsStream, isAnsweredAsStream) =>
        {
            var expected = JsonNode.Parse(text)!;
            gateway.Models.On("solo", call => isAnsweredAsStream ? call.RawAsync(GeneratedChat.ToEvents(expected)) : call.JsonAsync(text));

            var actual = await AskAsync(isAskedAsStream);

            var message = expected["choices"]![0]!["message"]!;
            var output = actual["output"]!.AsArray().ToLookup(static item => (string)item!["type"]!);
            Assert.Equal((string?)message["reasoning_content"] ?? "", string.Concat(output["reasoning"].Select(static item => (string?)item!["summary"]![0]!["text"])));
            Assert.Equal((string?)message["content"] ?? "", string.Concat(output["message"].Select(static item => (string?)item!["content"]![0]!["text"])));
            Assert.Equal(
                (message["tool_calls"]?.AsArray() ?? []).Select(static call => ((string?)call!["id"], (string?)call["function"]!["name"], (string?)call["function"]!["arguments"])),
                output["function_call"].Select(static call => ((string?)call!["call_id"], (string?)call["name"], (string?)call["arguments"])));
            Assert.Equal((string?)expected["choices"]![0]!["finish_reason"] == "length" ? "incomplete" : "completed", (string?)actual["status"]);
            Assert.Equal(
                ((int)expected["usage"]!["prompt_tokens"]!, (int)expected["usage"]!["completion_tokens"]!),
                ((int)actual["usage"]!["input_tokens"]!, (int)actual["usage"]!["output_tokens"]!));
        },
        iter: Count, threads: 1);

    private async Task<JsonNode> AskAsync(bool isStreamed)
    {
        var request = new { model = "solo", stream = isStreamed, input = "?", tools = new[] { new { type = "function", name = "f" } } };
        if (isStreamed)
        {
            var last = JsonNode.Parse((await gateway.StreamAsync(Path, request))[^1].Data)!;
            return last["response"] ?? throw new InvalidOperationException(last.ToJsonString());
        }

        var (status, body, _) = await gateway.PostAsync(Path, request);
        Assert.True(status == 200, $"{body}");
        return JsonNode.Parse(body.GetRawText())!;
    }

    // The request as chat completions say it.
    private static JsonObject Expected(JsonElement request)
    {
        var input = JsonNode.Parse(request.GetProperty("input").GetRawText())!.AsArray();
        var tool = JsonNode.Parse(request.GetProperty("tools")[0].GetRawText())!.AsObject();
        tool.Remove("type");
        var messages = new JsonArray(
            new JsonObject { ["role"] = "user", ["content"] = input[0]!["content"]!.DeepClone() },
            new JsonObject
            {
                ["role"] = "assistant",
                ["tool_calls"] = new JsonArray(new JsonObject
                {
                    ["id"] = "c1", ["type"] = "function", ["function"] = new JsonObject { ["name"] = "f", ["arguments"] = input[1]!["arguments"]!.DeepClone() },
                }),
            },
            new JsonObject { ["role"] = "tool", ["tool_call_id"] = "c1", ["content"] = input[2]!["output"]!.DeepClone() },
            new JsonObject { ["role"] = "assistant", ["content"] = input[3]!["content"]![0]!["text"]!.DeepClone() },
            new JsonObject
            {
                ["role"] = "user",
                ["content"] = new JsonArray(
                    new JsonObject { ["type"] = "text", ["text"] = input[4]!["content"]![0]!["text"]!.DeepClone() },
                    new JsonObject { ["type"] = "image_url", ["image_url"] = new JsonObject { ["url"] = "data:image/png;base64,AAAA", ["detail"] = "low" } }),
            });
        if (request.TryGetProperty("instructions", out var instructions))
        {
            messages.Insert(0, new JsonObject { ["role"] = "system", ["content"] = instructions.GetString() });
        }

        var expected = new JsonObject
        {
            ["model"] = "solo", ["messages"] = messages, ["tools"] = new JsonArray(new JsonObject { ["type"] = "function", ["function"] = tool }),
            ["reasoning_effort"] = request.TryGetProperty("reasoning", out _) ? "low" : null,
        };
        foreach (var name in (string[])["temperature", "user", "custom field"])
        {
            expected[name] = request.TryGetProperty(name, out var value) ? JsonNode.Parse(value.GetRawText()) : null;
        }

        return expected;
    }
}
