using System.Text.Json;

namespace LLMBlender.Gateway;

/// <summary>A body that also keeps its JSON as the client wrote it.</summary>
internal interface IRawBody
{
    /// <summary>The JSON.</summary>
    JsonElement Source { get; set; }
}
