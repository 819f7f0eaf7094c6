using LLMBlender.Abstractions;

namespace LLMBlender.Silo.Grains;

/// <summary>A silo's own word on how it does; its <see cref="Placement.PinnedKey"/> is its key.</summary>
[Alias("LLMBlender.ISiloStatusGrain")]
internal interface ISiloStatusGrain : IGrainWithStringKey
{
    /// <summary>How the silo does.</summary>
    [Alias("Read")]
    Task<SiloReport> ReadAsync();
}
