using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using LLMBlender.Local.Settings;

namespace LLMBlender.Gateway.Tests.Identity;

/// <summary>A round trip of Anthropic's messages through a panel of one member with that API is the identity on every field that the panel does not change.</summary>
public sealed class MessagesIdentityTests : IClassFixture<GatewayFixture>
{
    private const string Path = "/v1/messages";
    private const int Count = 100;

    // What a panel changes by design.
    private static readonly string[] Changed = ["model", "stream"];

    private readonly LiveGateway gateway;

    public MessagesIdentityTests(GatewayFixture fixture)
    {
        gateway = fixture.Gateway;
        gateway.Use(
            [gateway.Backend("claude") with { Kind = BackendSettings.Anthropic, Sees = true, Attempts = 1 }],
            new PanelSettings { Name = "claude", Members = ["claude"], Fuser = "select", Passes = ["tools", "response_format"] });
    }

    [Fact]
    public Task Request_Generated_ReachesTheMemberUnchanged() => GeneratedMessages.Request.SampleAsync(
        async text =>
        {
            gateway.Models.On("claude", static call => call.JsonAsync("""{"type":"message","content":[{"type":"text","text":"1"}],"stop_reason":"end_turn"}"""));
            using var content = new StringContent(text, Encoding.UTF8, "application/json");
            content.Headers.Add("anthropic-beta", "context-management-2025-06-27, odd-2026-01-01");

            using var response = await gateway.Http.PostAsync(Path, content);

            var answer = await response.Content.ReadAsStringAsync();
            Assert.True(response.IsSuccessStatusCode, answer);
            Assert.DoesNotContain("warnings", answer, StringComparison.Ordinal);
            var call = gateway.Models.CallsOf("claude")[^1];
            var request = JsonElement.Parse(text);
            Assert.Equal(request.EnumerateObject().Select(static field => field.Name).Order(), call.Body.EnumerateObject().Select(static field => field.Name).Order());
            foreach (var field in request.EnumerateObject().Where(static field => !Changed.Contains(field.Name)))
            {
                Assert.Equal(Parts(field.Value), Parts(call.Body.GetProperty(field.Name)));
            }

            Assert.Equal("context-management-2025-06-27,odd-2026-01-01", call.Beta);
        },
        iter: Count, threads: 1);

    [Fact]
    public Task Answer_Generated_ReachesTheCallerUnchangedWholeOrStreamed() => Gen.Select(GeneratedMessages.Answer, Gen.Bool, Gen.Bool).SampleAsync(
        async (text, isAskedAsStream, isAnsweredAsStream) =>
        {
            var expected = JsonNode.Parse(text)!;
            gateway.Models.On("claude", call => isAnsweredAsStream ? call.RawAsync(GeneratedMessages.ToEvents(expected)) : call.JsonAsync(text));

            var actual = await AskAsync(isAskedAsStream);

            foreach (var field in (string[])["stop_reason", "stop_sequence", "usage"])
            {
                GeneratedJson.AssertSame(expected[field], actual[field], field);
            }

            Assert.Equal(expected["content"]!.AsArray().Count, actual["content"]!.AsArray().Count);
            foreach (var (i, block) in expected["content"]!.AsArray().Index())
            {
                GeneratedJson.AssertSame(block, actual["content"]![i], $"content[{i}]");
            }
        },
        iter: Count, threads: 1);

    private async Task<JsonNode> AskAsync(bool isStreamed)
    {
        var request = new
        {
            model = "claude",
            max_tokens = 20,
            stream = isStreamed,
            messages = new[] { new { role = "user", content = "?" } },
            tools = new[] { new { name = "f", input_schema = new { type = "object" } } },
        };
        if (isStreamed)
        {
            return GeneratedMessages.FromEvents((await gateway.StreamAsync(Path, request)).Select(static item => item.Data));
        }

        var (status, body, _) = await gateway.PostAsync(Path, request);
        Assert.True(status == 200, $"{body}");
        return JsonNode.Parse(body.GetRawText())!;
    }

    // The lists are written anew, and their entries are not.
    private static string[] Parts(JsonElement value) =>
        value.ValueKind is JsonValueKind.Array ? [.. value.EnumerateArray().Select(static entry => entry.GetRawText())] : [value.GetRawText()];
}
