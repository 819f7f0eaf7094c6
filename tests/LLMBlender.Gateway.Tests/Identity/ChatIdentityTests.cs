using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using LLMBlender.Local.Settings;

namespace LLMBlender.Gateway.Tests.Identity;

/// <summary>A round trip of chat completions through a panel of one is the identity on every field that the panel does not change.</summary>
public sealed class ChatIdentityTests : IClassFixture<GatewayFixture>
{
    private const int Count = 100;

    // What a panel changes by design.
    private static readonly string[] Changed = ["model", "stream", "stream_options"];

    private readonly LiveGateway gateway;

    public ChatIdentityTests(GatewayFixture fixture)
    {
        gateway = fixture.Gateway;
        gateway.Use(
            [gateway.Backend("solo") with { Sees = true, Attempts = 1 }],
            new PanelSettings { Name = "solo", Members = ["solo"], Fuser = "select", Passes = ["tools", "response_format"] });
    }

    [Fact]
    public Task Request_Generated_ReachesTheMemberUnchanged() => GeneratedChat.Request.SampleAsync(
        async text =>
        {
            gateway.Models.On("solo", static call => call.JsonAsync("""{"choices":[{"message":{"content":"1"},"finish_reason":"stop"}]}"""));
            using var content = new StringContent(text, Encoding.UTF8, "application/json");

            using var response = await gateway.Http.PostAsync("/v1/chat/completions", content);

            Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
            var sent = gateway.Models.CallsOf("solo")[^1].Body;
            var request = JsonElement.Parse(text);
            Assert.Equal(request.EnumerateObject().Select(static field => field.Name).Order(), sent.EnumerateObject().Select(static field => field.Name).Order());
            foreach (var field in request.EnumerateObject().Where(static field => !Changed.Contains(field.Name)))
            {
                Assert.Equal(Parts(field.Value), Parts(sent.GetProperty(field.Name)));
            }
        },
        iter: Count, threads: 1);

    [Fact]
    public Task Answer_Generated_ReachesTheCallerUnchangedWholeOrStreamed() => Gen.Select(GeneratedChat.Answer, Gen.Bool, Gen.Bool).SampleAsync(
        async (text, isAskedAsStream, isAnsweredAsStream) =>
        {
            var expected = JsonNode.Parse(text)!;
            gateway.Models.On("solo", call => isAnsweredAsStream ? call.RawAsync(GeneratedChat.ToEvents(expected)) : call.JsonAsync(text));

            var actual = await AskAsync(isAskedAsStream);

            var (written, read) = (expected["choices"]![0]!.AsObject(), actual["choices"]![0]!.AsObject());
            GeneratedJson.AssertSame(Normal(written["message"]!), Normal(read["message"]!), "message");
            GeneratedJson.AssertSame(written["finish_reason"], read["finish_reason"], "finish_reason");
            GeneratedJson.AssertSame(written["logprobs"], read["logprobs"], "logprobs");
            foreach (var field in (string[])["usage", "citations", "system_fingerprint"])
            {
                GeneratedJson.AssertSame(expected[field], actual[field], field);
            }
        },
        iter: Count, threads: 1);

    private async Task<JsonNode> AskAsync(bool isStreamed)
    {
        var request = new
        {
            model = "solo",
            stream = isStreamed,
            stream_options = new { include_usage = true },
            logprobs = true,
            messages = new[] { new { role = "user", content = "?" } },
            tools = new[] { new { type = "function", function = new { name = "f" } } },
        };
        if (isStreamed)
        {
            return GeneratedChat.FromEvents((await gateway.StreamAsync("/v1/chat/completions", request)).Select(static item => item.Data));
        }

        var (status, body, _) = await gateway.PostAsync("/v1/chat/completions", request);
        Assert.True(status == 200, $"{body}");
        return JsonNode.Parse(body.GetRawText())!;
    }

    // The role is the first part's in a stream, and a text without characters is none.
    private static JsonObject Normal(JsonNode message)
    {
        var normal = message.DeepClone().AsObject();
        normal.Remove("role");
        if (normal["content"]?.GetValue<string>() is "")
        {
            normal.Remove("content");
        }

        return normal;
    }

    // The lists of messages and tools are written anew, and their entries are not.
    private static string[] Parts(JsonElement value) =>
        value.ValueKind is JsonValueKind.Array ? [.. value.EnumerateArray().Select(static entry => entry.GetRawText())] : [value.GetRawText()];
}
