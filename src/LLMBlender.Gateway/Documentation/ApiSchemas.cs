using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using LLMBlender.Abstractions.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace LLMBlender.Gateway.Documentation;

/// <summary>The schemas of the API's types, matching their JSON.</summary>
internal static class ApiSchemas
{
    /// <summary>The JSON type information for the schema generator, whose options differ from the API's.</summary>
    public static IJsonTypeInfoResolver Resolver { get; } =
        JsonTypeInfoResolver.Combine(GatewayJsonContext.Default, RecordJsonContext.Default).WithAddedModifier(UseApiNames);

    /// <summary>The name of a type's schema; null for an inline schema.</summary>
    public static string? ReferenceId(JsonTypeInfo type)
    {
        var plain = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        return plain == typeof(RecordId) || plain == typeof(JsonElement) ? null : OpenApiOptions.CreateDefaultSchemaReferenceId(type);
    }

    /// <summary>Describes types whose JSON the generator can't derive.</summary>
    public static async Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type == typeof(RecordId))
        {
            schema.Type = JsonSchemaType.String | JsonSchemaType.Number;
        }
        else if (type == typeof(JsonElement) && Union(context.JsonPropertyInfo) is { } union)
        {
            schema.AnyOf = [];
            foreach (var kind in union.Types)
            {
                schema.AnyOf.Add(kind == typeof(object)
                    ? new OpenApiSchema { Type = JsonSchemaType.Object }
                    : await context.GetOrCreateSchemaAsync(kind, null, cancellationToken));
            }

            if (union.IsNullable)
            {
                schema.AnyOf.Add(new OpenApiSchema { Type = JsonSchemaType.Null });
            }
        }
        else if (schema.Enum is { Count: > 0 })
        {
            schema.Type = JsonSchemaType.String;
        }
        else if (schema.Type is { } types && (types & (JsonSchemaType.Number | JsonSchemaType.Integer)) != 0)
        {
            // The generator's options allow numbers in quotes; the API does not.
            schema.Type = types & ~JsonSchemaType.String;
            schema.Pattern = null;
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
