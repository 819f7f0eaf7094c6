namespace LLMBlender.Silo.Placement;

/// <summary>Keys of grains that are pinned to one silo: the silo's address, which differs from that of a later silo on the same port.</summary>
internal static class PinnedKey
{
    /// <summary>Returns the key of a silo's grain.</summary>
    public static string Of(SiloAddress silo) => silo.ToParsableString();

    /// <summary>Returns the silo of a key.</summary>
    public static SiloAddress SiloOf(string key) => SiloAddress.FromParsableString(key);
}
