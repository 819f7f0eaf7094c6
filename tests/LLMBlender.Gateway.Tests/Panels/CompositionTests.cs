using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LLMBlender.Local.Settings;

namespace LLMBlender.Gateway.Tests.Panels;

/// <summary>What requests change of their panel, through the whole server.</summary>
public sealed class CompositionTests
{
    private static readonly string[] Everything = ["members", "stages", "confidence", "max_cost", "max_calls", "effort", "ranker", "aggregate", "fuser", "top_k"];

    private static readonly PanelSettings Open = new() { Name = "p", Members = ["one", "two"], Offers = ["nine"], Fuser = "select", Overrides = Everything };

    public static TheoryData<string> Paths => ["/v1/chat/completions", "/v1/responses", "/v1/messages", "/v1/blend"];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Ask_Members_AsksThoseAlone(string path)
    {
        await using var gateway = await StartAsync(Open);

        var (status, body, response) = await gateway.PostAsync(path, Body(path, new { members = new[] { "nine", "one" } }));

        Assert.True(status == 200, body.ToString());
        Assert.Equal(["nine", "one"], gateway.Models.Calls.Select(static call => call.Model).Order());
        Assert.Equal(("nine", "2"), (response.Headers.GetValues(AnswerFacts.ServedBy).Single(), response.Headers.GetValues(AnswerFacts.Calls).Single()));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Ask_RankerAndFuser_UsesThem(string path)
    {
        await using var gateway = await StartAsync(Open);
        gateway.Models.On("judge", "A>B");
        gateway.Models.On("fuser", "0 is what both say, after long thought");

        var (status, body, _) = await gateway.PostAsync(path, Body(path, new { ranker = "judge", fuser = "fuser", top_k = 2 }));

        Assert.True(status == 200, body.ToString());
        Assert.NotEmpty(gateway.Models.CallsOf("judge"));
        Assert.Single(gateway.Models.CallsOf("fuser"));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Ask_WhatThePanelKeepsForItself_IsRefused(string path)
    {
        await using var gateway = await StartAsync(new PanelSettings { Name = "p", Members = ["one", "two"], Fuser = "select" });

        var (status, body, _) = await gateway.PostAsync(path, Body(path, new { members = new[] { "one" } }));

        Assert.Equal(400, status);
        Assert.Contains("\"members\" is not for requests to panel \"p\", which may set ranker, aggregate, fuser, top_k", body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty(gateway.Models.Calls);
    }

    [Theory]
    [InlineData("""{"members":["judge"]}""", "\"members\" names \"judge\", and panel \"p\" has one, two, nine")]
    [InlineData("""{"members":["one","one"]}""", "\"members\" must list at least one, and each once")]
    [InlineData("""{"members":["one"],"stages":[["one"]]}""", "\"members\" and \"stages\" exclude each other")]
    [InlineData("""{"stages":[["one"],[]]}""", "\"stages\" must list at least one stage")]
    [InlineData("""{"stages":[["one"],["two"]]}""", "\"confidence\" is missing")]
    [InlineData("""{"confidence":2}""", "\"confidence\" is 2, and must be from 0 to 1")]
    [InlineData("""{"max_calls":0}""", "\"max_calls\" is 0, and must be at least 1")]
    [InlineData("""{"max_cost":0}""", "\"max_cost\" is 0, and must be above 0")]
    [InlineData("""{"max_cost":0.0001}""", "\"max_cost\" is 0.0001, and the cheapest answer of panel \"p\" is expected to cost 0.000517")]
    [InlineData("""{"effort":{"judge":"low"}}""", "\"effort\" names \"judge\", and must name members of panel \"p\", or * for all")]
    [InlineData("""{"effort":{"one":"a lot"}}""", "\"effort.one\" is a lot, and must be a word")]
    public async Task Ask_WhatDoesNotFit_NamesFieldValueAndRule(string own, string message)
    {
        await using var gateway = await StartAsync(Open);

        var (status, body, _) = await gateway.PostAsync("/v1/chat/completions", Body("/v1/chat/completions", JsonSerializer.Deserialize<JsonElement>(own)));

        Assert.Equal(400, status);
        Assert.Contains(message, body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_Stages_AsksTheNextOneOnlyWhileUnsure()
    {
        await using var gateway = await StartAsync(Open);

        var (_, sure, _) = await gateway.PostAsync("/v1/blend", new { panel = "p", instruction = "Which?", stages = new string[][] { ["one", "nine"], ["two"] }, confidence = 0.6 });
        var (_, unsure, _) = await gateway.PostAsync("/v1/blend", new { panel = "p", instruction = "Which?", stages = new string[][] { ["one", "nine"], ["two"] }, confidence = 1 });

        Assert.Equal(["accepted", "not_asked"], Outcomes(sure));
        Assert.Equal(["unsure", "unsure"], Outcomes(unsure));
        Assert.Single(gateway.Models.CallsOf("two"));
    }

    [Fact]
    public async Task Ask_MaxCalls_AsksTheFirstMembersAndSaysWhoIsNotAsked()
    {
        await using var gateway = await StartAsync(Open);

        var (_, body, response) = await gateway.PostAsync("/v1/blend", new { panel = "p", instruction = "Which?", max_calls = 1 });

        Assert.Equal(["one"], gateway.Models.Calls.Select(static call => call.Model));
        Assert.Equal("not asked, because max_calls is 1: two", body.GetProperty("warnings")[0].GetString());
        Assert.Equal("1", response.Headers.GetValues(AnswerFacts.Calls).Single());
    }

    [Fact]
    public async Task Ask_MaxCost_StopsWhenTheNextStageWouldExceedIt()
    {
        await using var gateway = await StartAsync(Open);

        // An answer of 512 tokens is expected to cost about 0.0005; the two first ones cost 0.000015 each.
        var (_, body, _) = await gateway.PostAsync(
            "/v1/blend", new { panel = "p", instruction = "Which?", stages = new string[][] { ["one"], ["two", "nine"] }, confidence = 1, max_cost = 0.0006 });

        Assert.Equal(["spent", "not_asked"], Outcomes(body));
        Assert.Equal("1 is the number", body.GetProperty("answer").GetString());
        Assert.Single(gateway.Models.Calls);
    }

    [Fact]
    public async Task Ask_Effort_IsEachMembersOwn()
    {
        await using var gateway = await StartAsync(Open);

        await gateway.PostAsync("/v1/chat/completions", Body("/v1/chat/completions", new { effort = new Dictionary<string, string> { ["one"] = "high", ["*"] = "low" } }));

        Assert.Equal("high", gateway.Models.CallsOf("one")[0].Body.GetProperty("reasoning_effort").GetString());
        Assert.Equal("low", gateway.Models.CallsOf("two")[0].Body.GetProperty("reasoning_effort").GetString());
    }

    [Fact]
    public async Task Ask_Variant_IsThePanelWithItsValues()
    {
        await using var gateway = await StartAsync(Open with { Overrides = null, Offers = [], Variants = [new PanelVariant { Name = "fast", Members = ["nine"], Effort = "low" }] });

        var (status, _, response) = await gateway.PostAsync("/v1/chat/completions", OpenAI.ChatTests.Chat("p:fast"));
        using var models = await gateway.Http.GetAsync(new Uri("/v1/models", UriKind.Relative));

        Assert.Equal((200, "nine"), (status, response.Headers.GetValues(AnswerFacts.ServedBy).Single()));
        Assert.Equal("low", gateway.Models.Calls.Single().Body.GetProperty("reasoning_effort").GetString());
        Assert.Contains("\"p:fast\"", await models.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_CallerWithMembers_NamesNoOthers()
    {
        await using var gateway = await StartAsync(Open, new GatewayOptions
        {
            Callers = [new CallerOptions { Name = "me", KeySha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("my-key"))), Members = ["one", "two"] }],
        });

        var (own, _, _) = await gateway.PostAsync("/v1/blend", new { panel = "p", instruction = "Which?", members = new[] { "two" } }, "my-key");
        var (other, body, _) = await gateway.PostAsync("/v1/blend", new { panel = "p", instruction = "Which?", stages = new string[][] { ["nine"] }, confidence = 1 }, "my-key");

        Assert.Equal((200, 403), (own, other));
        Assert.Equal("this key may not use the members \"nine\"", body.GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public async Task Ask_PanelOfPanels_BlendsTheInnerAnswersAndCountsTheirCalls()
    {
        await using var gateway = await StartAsync(
            new PanelSettings { Name = "outer", Members = ["p", "nine"], Fuser = "select" }, more: [Open with { Offers = [], Overrides = null }]);

        var (status, body, response) = await gateway.PostAsync("/v1/blend", new { panel = "outer", instruction = "Which?" });

        Assert.Equal(200, status);
        Assert.Equal(["p", "nine"], body.GetProperty("candidates").EnumerateArray().Select(static candidate => candidate.GetProperty("model").GetString()));
        Assert.Equal("2 is the number", body.GetProperty("candidates")[0].GetProperty("text").GetString());
        Assert.Equal(("3", "0.000045"), (response.Headers.GetValues(AnswerFacts.Calls).Single(), response.Headers.GetValues(AnswerFacts.Cost).Single()));
    }

    [Fact]
    public async Task Ask_PanelOfPanelsWhoseInnerFails_AnswersWithTheOthers()
    {
        await using var gateway = await StartAsync(
            new PanelSettings { Name = "outer", Members = ["p", "nine"], Fuser = "select" }, more: [new PanelSettings { Name = "p", Members = ["one"] }]);
        gateway.Models.On("one", static call => call.FailAsync(400, "no"));

        var (status, body, _) = await gateway.PostAsync("/v1/blend", new { panel = "outer", instruction = "Which?" });

        Assert.Equal((200, "9 is the number"), (status, body.GetProperty("answer").GetString()));
        Assert.Equal("p", body.GetProperty("failures")[0].GetProperty("what").GetString());
    }

    private static async Task<LiveGateway> StartAsync(PanelSettings panel, GatewayOptions? options = null, PanelSettings[]? more = null)
    {
        var gateway = await LiveGateway.StartAsync(options);
        gateway.Models.On("one", "1 is the number");
        gateway.Models.On("two", "2 is the number");
        gateway.Models.On("nine", "9 is the number");
        string[] names = ["one", "two", "nine", "judge", "fuser"];
        gateway.Use([.. names.Select(name => gateway.Backend(name) with { PromptPrice = 1, CompletionPrice = 1 })], [panel, .. more ?? []]);
        return gateway;
    }

    private static object Body(string path, object own) => path switch
    {
        "/v1/chat/completions" => new { model = "p", messages = new[] { new { role = "user", content = "Which is the number?" } }, llmblender = own },
        "/v1/responses" => new { model = "p", input = "Which is the number?", llmblender = own },
        "/v1/messages" => new { model = "p", max_tokens = 100, messages = new[] { new { role = "user", content = "Which is the number?" } }, llmblender = own },
        _ => JsonSerializer.SerializeToElement(own).EnumerateObject().ToDictionary(static field => field.Name, static field => (object)field.Value)
            .Concat([KeyValuePair.Create("panel", (object)"p"), KeyValuePair.Create("instruction", (object)"Which is the number?")]).ToDictionary(),
    };

    private static IEnumerable<string?> Outcomes(JsonElement body) => body.GetProperty("stages").EnumerateArray().Select(static stage => stage.GetProperty("outcome").GetString());
}
