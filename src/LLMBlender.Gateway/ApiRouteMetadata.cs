using Microsoft.AspNetCore.Http;

namespace LLMBlender.Gateway;

/// <summary>Marks a route that the OpenAPI document describes.</summary>
internal sealed record ApiRouteMetadata;

/// <summary>An example body in the OpenAPI document.</summary>
/// <param name="Json">The body.</param>
internal sealed record RequestExample(string Json);

/// <summary>Marks a route that can also respond with server-sent events.</summary>
internal sealed record StreamsEvents;

/// <summary>The format of a route's errors, if it is not OpenAI's.</summary>
/// <param name="WriteAsync">Writes an error as the response's body.</param>
internal sealed record ErrorFormat(Func<HttpContext, ApiError, Task> WriteAsync);
