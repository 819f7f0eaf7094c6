using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace LLMBlender.Gateway.Documentation;

/// <summary>Completes the operations of the OpenAPI document: path parameters, examples, streams and errors.</summary>
internal static class ApiOperations
{
    private const string Json = "application/json";

    /// <summary>Completes an operation.</summary>
    public static Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        operation.Tags = null;
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (operation.RequestBody is OpenApiRequestBody { Content: { } content } body)
        {
            body.Required = true;
            content.Remove("*/*");
            if (content[Json] is OpenApiMediaType media && metadata.OfType<RequestExample>().FirstOrDefault() is { } example)
            {
                media.Example = JsonNode.Parse(example.Json);
            }
        }

        if (context.Description.RelativePath!.EndsWith("name}", StringComparison.Ordinal) && operation.Parameters is not { Count: > 0 })
        {
            operation.Parameters =
            [
                new OpenApiParameter
                {
                    Name = "name", In = ParameterLocation.Path, Required = true, Schema = new OpenApiSchema { Type = JsonSchemaType.String }, Example = "sample",
                },
            ];
        }

        DescribeResponses(operation.Responses!, metadata.OfType<StreamsEvents>().Any());
        return Task.CompletedTask;
    }

    // The response of status 400 documents every error.
    private static void DescribeResponses(OpenApiResponses responses, bool streams)
    {
        var error = StatusCodes.Status400BadRequest.ToString(CultureInfo.InvariantCulture);
        if (responses.Remove(error, out var any))
        {
            any.Description = "An error.";
            responses["default"] = any;
        }

        if (responses[StatusCodes.Status200OK.ToString(CultureInfo.InvariantCulture)] is OpenApiResponse { Content: { } content } && streams)
        {
            content["text/event-stream"] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
        }
    }
}
