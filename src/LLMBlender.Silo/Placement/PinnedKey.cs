namespace LLMBlender.Silo.Placement;

/// <summary>Keys of grains that live on one silo: its address, which no later silo on the same port shares, and a number.</summary>
internal static class PinnedKey
{
    /// <summary>The key of a silo's grain with a number.</summary>
    public static string Of(SiloAddress silo, int number) => $"{silo.ToParsableString()}/{number}";

    /// <summary>The silo that a key names.</summary>
    public static SiloAddress SiloOf(string key) => SiloAddress.FromParsableString(key[..key.LastIndexOf('/')]);
}
