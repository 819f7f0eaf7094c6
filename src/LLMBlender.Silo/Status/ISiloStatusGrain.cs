using LLMBlender.Abstractions;

namespace LLMBlender.Silo.Status;

/// <summary>Returns the report of its silo. The grain's key is the silo's <see cref="Placement.PinnedKey"/>.</summary>
[Alias("LLMBlender.ISiloStatusGrain")]
internal interface ISiloStatusGrain : IGrainWithStringKey
{
    /// <summary>Returns the silo's report.</summary>
    [Alias("Read")]
    Task<SiloReport> ReadAsync();
}
