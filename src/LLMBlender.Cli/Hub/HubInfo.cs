using System.Text.Json.Serialization;

namespace LLMBlender.Cli.Hub;

/// <summary>What the hub says of a repository's revision.</summary>
/// <param name="Commit">The revision's commit.</param>
/// <param name="Files">The names of its files.</param>
internal sealed record HubInfo(string Commit, IReadOnlyList<string> Files);

/// <summary>The answer of <c>/api/models/ID/revision/REVISION</c>, as far as it matters here.</summary>
internal sealed record HubInfoJson(string? Sha, IReadOnlyList<HubSiblingJson>? Siblings);

/// <summary>A file in it.</summary>
internal sealed record HubSiblingJson(string? Rfilename);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HubInfoJson))]
internal sealed partial class HubJson : JsonSerializerContext;
