namespace LLMBlender.Gateway;

/// <summary>Marks a route as one that the OpenAPI document describes.</summary>
internal sealed record ApiRouteMetadata;

/// <summary>A body that the OpenAPI document shows as an example.</summary>
/// <param name="Json">The body.</param>
internal sealed record RequestExample(string Json);

/// <summary>Marks a route that also answers with server-sent events.</summary>
internal sealed record StreamsEvents;
