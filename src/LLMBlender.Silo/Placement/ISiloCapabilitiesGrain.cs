namespace LLMBlender.Silo.Placement;

/// <summary>Returns the capabilities of its silo. The grain's key is the silo's <see cref="PinnedKey"/>.</summary>
[Alias("LLMBlender.ISiloCardGrain")]
internal interface ISiloCapabilitiesGrain : IGrainWithStringKey
{
    /// <summary>Returns the silo's <see cref="SiloCapabilities"/> as metadata.</summary>
    [Alias("Read")]
    Task<Dictionary<string, string>> ReadAsync();
}
