using System.Text.Json;
using LLMBlender.Local.Settings;
using Microsoft.AspNetCore.Routing;

namespace LLMBlender.Gateway.Tests.Documentation;

/// <summary>The generated document describes every route, example and field.</summary>
public sealed class OpenApiTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private readonly LiveGateway gateway = fixture.Gateway;

    [Fact]
    public async Task Description_Paths_AreThoseOfTheServer()
    {
        var mapped = gateway.Endpoints.OfType<RouteEndpoint>()
            .Where(static endpoint => endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is null).Select(endpoint => endpoint.RoutePattern.RawText!)
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

            if (path.Name == "/v1/feedback")
            {
                // Its example is on no answer of this server.
                Assert.Equal(404, status);
                continue;
            }

            Assert.True(status == 200, $"{path.Name} answered {status}: {body}");
            var schema = post.GetProperty("responses").GetProperty("200").GetProperty("content").GetProperty("application/json").GetProperty("schema");
            Conform(description, schema, body, path.Name);
        }

        var (_, error, _) = await gateway.PostAsync("/v1/rank", new { });
        Conform(description, description.GetProperty("components").GetProperty("schemas").GetProperty("ErrorResponse"), error, "error");
        var models = JsonDocument.Parse(await gateway.Http.GetStringAsync(new Uri("/v1/models", UriKind.Relative))).RootElement;
        Conform(description, description.GetProperty("components").GetProperty("schemas").GetProperty("ModelList"), models, "/v1/models");
        var members = JsonDocument.Parse(await gateway.Http.GetStringAsync(new Uri("/v1/status", UriKind.Relative))).RootElement;
        Conform(description, description.GetProperty("components").GetProperty("schemas").GetProperty("StatusResponse"), members, "/v1/status");
    }

    [Fact]
    public async Task Description_Schemas_AreNotEmptyAndReferToOthersThatExist()
    {
        var description = await DescriptionAsync();
        foreach (var schema in Schemas(description).EnumerateObject())
        {
            CheckSchema(description, schema.Value, schema.Name);
        }
    }

    [Fact]
    public async Task Description_Operations_HaveIdSummaryAndExample()
    {
        var operations = (await DescriptionAsync()).GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()).ToList();

        Assert.Equal(operations.Count, operations.Select(operation => operation.Value.GetProperty("operationId").GetString()).Distinct().Count());
        Assert.All(operations, operation => Assert.NotEmpty(operation.Value.GetProperty("summary").GetString()!));
        Assert.All(operations.Where(operation => operation.Name == "post"), operation => Assert.True(
            operation.Value.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").TryGetProperty("example", out _)));
    }

    [Fact]
    public async Task Description_Fields_HaveTheirDocComments()
    {
        var schemas = Schemas(await DescriptionAsync());

        Assert.Equal("Candidates to rank.", schemas.GetProperty("RankRecord").GetProperty("description").GetString());
        Assert.Equal("A panel's name.", schemas.GetProperty("ChatBody").GetProperty("properties").GetProperty("model").GetProperty("description").GetString());
    }

    private static void CheckSchema(JsonElement description, JsonElement schema, string where)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            Assert.True(Schemas(description).TryGetProperty(reference.GetString()!.Split('/')[^1], out _), $"{where} refers to {reference}");
            return;
        }

        Assert.True(
            new[] { "type", "anyOf", "oneOf" }.Any(keyword => schema.TryGetProperty(keyword, out _)), $"{where} is {schema}");
        foreach (var choice in Choices(schema) ?? [])
        {
            CheckSchema(description, choice, where);
        }

        if (schema.TryGetProperty("items", out var items))
        {
            CheckSchema(description, items, $"{where}[]");
        }

        if (schema.TryGetProperty("properties", out var properties))
        {
            foreach (var property in properties.EnumerateObject())
            {
                CheckSchema(description, property.Value, $"{where}.{property.Name}");
            }
        }
    }

    private static void Conform(JsonElement description, JsonElement schema, JsonElement value, string where)
    {
        var fault = Fault(description, schema, value, where);
        Assert.True(fault is null, fault);
    }

    // As much of JSON Schema as the document uses; a field that it does not describe is a fault too.
    private static string? Fault(JsonElement description, JsonElement schema, JsonElement value, string where)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            schema = Schemas(description).GetProperty(reference.GetString()!.Split('/')[^1]);
        }

        if (Choices(schema) is { } choices)
        {
            var faults = choices.Select(choice => Fault(description, choice, value, where)).ToList();
            return faults.Contains(null) ? null : faults[^1];
        }

        if (!Types(schema).Contains(TypeOf(value)) && !(TypeOf(value) == "integer" && Types(schema).Contains("number")))
        {
            return $"{where} is {value}, and must be {schema}";
        }

        if (schema.TryGetProperty("enum", out var known) && !known.EnumerateArray().Any(entry => entry.GetString() == value.GetString()))
        {
            return $"{where} is {value}, and must be one of {known}";
        }

        return value.ValueKind switch
        {
            JsonValueKind.Array => value.EnumerateArray().Select(entry => Fault(description, schema.GetProperty("items"), entry, $"{where}[]")).FirstOrDefault(fault => fault is not null),
            JsonValueKind.Object when schema.TryGetProperty("properties", out var properties) => FieldFault(description, schema, properties, value, where),
            _ => null,
        };
    }

    private static string? FieldFault(JsonElement description, JsonElement schema, JsonElement properties, JsonElement value, string where)
    {
        var missing = schema.TryGetProperty("required", out var required)
            ? required.EnumerateArray().FirstOrDefault(name => !value.TryGetProperty(name.GetString()!, out _)) : default;
        return missing.ValueKind is not JsonValueKind.Undefined ? $"{where}.{missing} is missing"
            : value.EnumerateObject().Select(field => properties.TryGetProperty(field.Name, out var described)
                ? Fault(description, described, field.Value, $"{where}.{field.Name}")
                : $"{where}.{field.Name} is not described").FirstOrDefault(fault => fault is not null);
    }

    private static JsonElement Schemas(JsonElement description) => description.GetProperty("components").GetProperty("schemas");

    private static List<JsonElement>? Choices(JsonElement schema) =>
        schema.TryGetProperty("oneOf", out var one) ? [.. one.EnumerateArray()]
            : schema.TryGetProperty("anyOf", out var any) ? [.. any.EnumerateArray()] : null;

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
