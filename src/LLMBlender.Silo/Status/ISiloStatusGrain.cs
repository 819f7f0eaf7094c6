using LLMBlender.Abstractions;

namespace LLMBlender.Silo.Status;

/// <summary>Reads a silo's report from itself; its <see cref="Placement.PinnedKey"/> is its key.</summary>
[Alias("LLMBlender.ISiloStatusGrain")]
internal interface ISiloStatusGrain : IGrainWithStringKey
{
    /// <summary>The silo's report.</summary>
    [Alias("Read")]
    Task<SiloReport> ReadAsync();
}
