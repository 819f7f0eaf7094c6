namespace LLMBlender.Silo.Placement;

/// <summary>Keys of grains that live on one silo: its address, which no later silo on the same port shares.</summary>
internal static class PinnedKey
{
    /// <summary>The key of a silo's grain.</summary>
    public static string Of(SiloAddress silo) => silo.ToParsableString();

    /// <summary>The silo that a key names.</summary>
    public static SiloAddress SiloOf(string key) => SiloAddress.FromParsableString(key);
}
