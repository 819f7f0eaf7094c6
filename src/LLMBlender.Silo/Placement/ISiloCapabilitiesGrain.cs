namespace LLMBlender.Silo.Placement;

/// <summary>Reads a silo's capabilities from itself; its <see cref="PinnedKey"/> is its key.</summary>
[Alias("LLMBlender.ISiloCardGrain")]
internal interface ISiloCapabilitiesGrain : IGrainWithStringKey
{
    /// <summary>The silo's <see cref="SiloCapabilities"/>, as metadata.</summary>
    [Alias("Read")]
    Task<Dictionary<string, string>> ReadAsync();
}
