using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Wire;

/// <summary>The declaration of a caller's function, which this process can't invoke.</summary>
/// <param name="name">The name.</param>
/// <param name="description">The description; null for none.</param>
/// <param name="schema">The JSON schema of the arguments; null for none.</param>
/// <param name="strict">Whether the server enforces the schema; null for the server's default.</param>
internal sealed class WireTool(string name, string? description, JsonElement? schema, bool? strict) : AIFunctionDeclaration
{
    /// <summary>The name of the additional property that says whether the schema is enforced.</summary>
    public const string StrictProperty = "strict";

    private static readonly JsonElement NoParameters = JsonElement.Parse("""{"type":"object","properties":{}}""");

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override string Description => description ?? "";

    /// <inheritdoc/>
    public override JsonElement JsonSchema { get; } = schema ?? NoParameters;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, object?> AdditionalProperties { get; } =
        strict is { } value ? new Dictionary<string, object?> { [StrictProperty] = value } : new Dictionary<string, object?>();

    /// <summary>The declaration as the caller wrote it; null if that is not known.</summary>
    public JsonElement? Source { get; init; }

    /// <summary>Returns the tools that are functions. Anthropic's own kinds are only for its API, which gets them as the caller wrote them.</summary>
    public static AIFunctionDeclaration[] Functions(IEnumerable<AITool>? tools) =>
        [.. (tools ?? []).OfType<AIFunctionDeclaration>().Where(static tool => tool is not WireTool { Source: { } source } || source.Field("type").Text() is null or "function")];
}
