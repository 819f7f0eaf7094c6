using System.Text.Json;
using LLMBlender.Local.Backends;
using Microsoft.AspNetCore.Routing;

namespace LLMBlender.Gateway.Tests.Documentation;

/// <summary>The generated document describes every route, example and field.</summary>
public sealed class OpenApiTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private readonly LiveGateway gateway = fixture.Gateway;

    [Fact]
    public async Task Description_Paths_AreThoseOfTheServer()
    {
        var mapped = gateway.Endpoints.OfType<RouteEndpoint>().Select(endpoint => endpoint.RoutePattern.RawText!)
            .Where(path => path.StartsWith("/v", StringComparison.Ordinal) || path == "/rerank")
            .Select(path => path.Replace("**", "", StringComparison.Ordinal));

        Assert.Equal(mapped.Order(), (await DescriptionAsync()).GetProperty("paths").EnumerateObject().Select(path => path.Name).Order());
    }

    [Fact]
    public async Task Description_Examples_AreAnsweredAsDescribed()
    {
        gateway.Models.On("m", "4 is the number");
        gateway.Use([gateway.Backend("m")], new PanelSettings { Name = "sample", Members = ["m"], Samples = 2 });
        var description = await DescriptionAsync();
        foreach (var path in description.GetProperty("paths").EnumerateObject().Where(path => path.Value.TryGetProperty("post", out _)))
        {
            var post = path.Value.GetProperty("post");
            var content = post.GetProperty("requestBody").GetProperty("content").GetProperty("application/json");
            Conform(description, content.GetProperty("schema"), content.GetProperty("example"), $"{path.Name} example");

            var (status, body, _) = await gateway.PostAsync(path.Name, content.GetProperty("example"));

            Assert.True(status == 200, $"{path.Name} answered {status}: {body}");
            var schema = post.GetProperty("responses").GetProperty("200").GetProperty("content").GetProperty("application/json").GetProperty("schema");
            Conform(description, schema, body, path.Name);
        }

        var (_, error, _) = await gateway.PostAsync("/v1/rank", new { });
        Conform(description, description.GetProperty("components").GetProperty("schemas").GetProperty("Error"), error, "error");
        var models = JsonDocument.Parse(await gateway.Http.GetStringAsync(new Uri("/v1/models", UriKind.Relative))).RootElement;
        Conform(description, description.GetProperty("components").GetProperty("schemas").GetProperty("Models"), models, "/v1/models");
        var members = JsonDocument.Parse(await gateway.Http.GetStringAsync(new Uri("/v1/status", UriKind.Relative))).RootElement;
        Conform(description, description.GetProperty("components").GetProperty("schemas").GetProperty("Status"), members, "/v1/status");
    }

    // As much of JSON Schema as the description uses; a field that it does not describe is a fault too.
    private static void Conform(JsonElement description, JsonElement schema, JsonElement value, string where)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            schema = description.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1]);
        }

        if (schema.TryGetProperty("oneOf", out var choices))
        {
            schema = choices.EnumerateArray().First(choice => Types(choice).Contains(TypeOf(value)));
        }

        Assert.True(Types(schema).Contains(TypeOf(value)) || (TypeOf(value) == "integer" && Types(schema).Contains("number")), $"{where} is {value}, and must be {schema}");
        if (schema.TryGetProperty("enum", out var known))
        {
            Assert.Contains(value.GetString(), known.EnumerateArray().Select(entry => entry.GetString()));
        }

        if (value.ValueKind is JsonValueKind.Array)
        {
            Assert.All(value.EnumerateArray(), entry => Conform(description, schema.GetProperty("items"), entry, $"{where}[]"));
        }

        if (value.ValueKind is not JsonValueKind.Object)
        {
            return;
        }

        var properties = schema.GetProperty("properties");
        foreach (var field in value.EnumerateObject())
        {
            Assert.True(properties.TryGetProperty(field.Name, out var described), $"{where}.{field.Name} is not described");
            Conform(description, described, field.Value, $"{where}.{field.Name}");
        }

        if (schema.TryGetProperty("required", out var required))
        {
            Assert.All(required.EnumerateArray(), name => Assert.True(value.TryGetProperty(name.GetString()!, out _), $"{where}.{name} is missing"));
        }
    }

    private static string[] Types(JsonElement schema) => !schema.TryGetProperty("type", out var type) ? []
        : type.ValueKind is JsonValueKind.Array ? [.. type.EnumerateArray().Select(entry => entry.GetString()!)] : [type.GetString()!];

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => value.TryGetInt64(out _) ? "integer" : "number",
        JsonValueKind.Null => "null",
        _ => "boolean",
    };

    private async Task<JsonElement> DescriptionAsync() =>
        JsonDocument.Parse(await gateway.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative))).RootElement;
}
