using System.Text.Json.Serialization;

namespace LLMBlender.Cli.Hub;

/// <summary>A revision's metadata from the hub.</summary>
/// <param name="Commit">The revision's commit.</param>
/// <param name="Files">The names of its files.</param>
internal sealed record HubInfo(string Commit, IReadOnlyList<string> Files);

/// <summary>The fields used of the response of <c>/api/models/ID/revision/REVISION</c>.</summary>
internal sealed record HubInfoJson(string? Sha, IReadOnlyList<HubSiblingJson>? Siblings);

/// <summary>A file in that response.</summary>
internal sealed record HubSiblingJson(string? Rfilename);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HubInfoJson))]
internal sealed partial class HubJson : JsonSerializerContext;
