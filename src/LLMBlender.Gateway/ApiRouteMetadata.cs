namespace LLMBlender.Gateway;

/// <summary>Marks a route that the OpenAPI document describes.</summary>
internal sealed record ApiRouteMetadata;

/// <summary>An example body in the OpenAPI document.</summary>
/// <param name="Json">The body.</param>
internal sealed record RequestExample(string Json);

/// <summary>Marks a route that can also respond with server-sent events.</summary>
internal sealed record StreamsEvents;
