using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace LLMBlender.Gateway.Documentation;

/// <summary>The API's OpenAPI document, generated from the routes and from the types of their bodies.</summary>
public static class OpenApiEndpoint
{
    private const string DocumentName = "v1";

    /// <summary>Adds the generator of the document.</summary>
    public static IServiceCollection AddApiDocument(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.ConfigureHttpJsonOptions(static json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiSchemas.Resolver));
        services.AddOpenApi(DocumentName, static options =>
        {
            options.ShouldInclude = static description => description.HttpMethod != HttpMethods.Head && description.ActionDescriptor.EndpointMetadata.OfType<ApiRouteMetadata>().Any();
            options.CreateSchemaReferenceId = ApiSchemas.ReferenceId;
            options.AddSchemaTransformer(ApiSchemas.DescribeAsync);
            options.AddOperationTransformer(ApiOperations.DescribeAsync);
            options.AddDocumentTransformer(static (document, _, _) =>
            {
                document.Info = new OpenApiInfo
                {
                    Title = "LLMBlender",
                    Version = "1",
                    Description = "Sends an instruction to several language models, ranks their answers by pairwise comparison, and fuses the best. Errors are in OpenAI's format, and below /v1/messages in Anthropic's.",
                    License = new OpenApiLicense { Name = "Apache-2.0", Identifier = "Apache-2.0" },
                };
                document.Tags = null;
                return Task.CompletedTask;
            });
        });
        services.AddSingleton<ApiDocument>();
        return services;
    }

    /// <summary>Maps <c>/openapi/v1.json</c>.</summary>
    public static IEndpointRouteBuilder MapApiDocument(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        endpoints.MapMethods($"/openapi/{DocumentName}.json", HealthEndpoints.ReadMethods, static async (HttpContext context, ApiDocument document) =>
        {
            context.Response.ContentType = "application/json; charset=utf-8";
            await context.Response.Body.WriteAsync(await document.GetAsync(), context.RequestAborted);
        }).AllowAnonymous().ExcludeFromDescription();
        return endpoints;
    }

    /// <summary>The document's bytes, generated once. Thread-safe.</summary>
    internal sealed class ApiDocument([FromKeyedServices(DocumentName)] IOpenApiDocumentProvider provider)
    {
        private readonly Lazy<Task<byte[]>> bytes = new(async () =>
        {
            var document = await provider.GetOpenApiDocumentAsync();
            using var stream = new MemoryStream();
            await document.SerializeAsJsonAsync(stream, OpenApiSpecVersion.OpenApi3_1);
            return stream.ToArray();
        });

        /// <summary>Returns the bytes.</summary>
        public Task<byte[]> GetAsync() => bytes.Value;
    }
}
