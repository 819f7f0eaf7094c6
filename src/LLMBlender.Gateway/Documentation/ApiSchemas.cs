using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using LLMBlender.Abstractions.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace LLMBlender.Gateway.Documentation;

/// <summary>The schemas of the API's types, as their JSON is written and read.</summary>
internal static class ApiSchemas
{
    /// <summary>The types' JSON for the schema generator, which has options of its own.</summary>
    public static IJsonTypeInfoResolver Resolver { get; } =
        JsonTypeInfoResolver.Combine(GatewayJsonContext.Default, RecordJsonContext.Default).WithAddedModifier(UseApiNames);

    /// <summary>Describes the types whose JSON the generator does not know.</summary>
    public static async Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type == typeof(RecordId))
        {
            schema.Type = JsonSchemaType.String | JsonSchemaType.Number;
        }

        if (type == typeof(JsonElement) && Union(context.JsonPropertyInfo) is { } union)
        {
            schema.AnyOf = [];
            foreach (var kind in union.Types)
            {
                schema.AnyOf.Add(await context.GetOrCreateSchemaAsync(kind, null, cancellationToken));
            }
        }
    }

    private static JsonUnionAttribute? Union(JsonPropertyInfo? property) =>
        property?.AttributeProvider?.GetCustomAttributes(typeof(JsonUnionAttribute), inherit: true) is [JsonUnionAttribute union, ..] ? union : null;

    private static void UseApiNames(JsonTypeInfo type)
    {
        if (type.Kind is not JsonTypeInfoKind.Object || type.Type.Assembly is var assembly
            && assembly != typeof(ApiSchemas).Assembly && assembly != typeof(RecordJsonContext).Assembly)
        {
            return;
        }

        type.NumberHandling = JsonNumberHandling.Strict;
        foreach (var property in type.Properties)
        {
            property.Name = JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
            property.IsRequired |= property.AssociatedParameter is { HasDefaultValue: false, IsMemberInitializer: false };
        }
    }
}
