namespace LLMBlender.Silo.Grains;

/// <summary>A silo's own word on what it is; its <see cref="Placement.PinnedKey"/> is its key.</summary>
[Alias("LLMBlender.ISiloCardGrain")]
internal interface ISiloCardGrain : IGrainWithStringKey
{
    /// <summary>The silo's <see cref="Placement.SiloCard"/>, as metadata.</summary>
    [Alias("Read")]
    Task<Dictionary<string, string>> ReadAsync();
}
