namespace LLMBlender.Gateway.Caching;

/// <summary>What the answer cache did for a request.</summary>
internal enum CacheResult
{
    /// <summary>The panel has no cache, or the request contains candidates.</summary>
    Off,

    /// <summary>The request did not use the panel's cache: it refused to, did not ask for it, or its answer is sampled.</summary>
    Bypass,

    /// <summary>The answer was not kept.</summary>
    Miss,

    /// <summary>The answer was kept.</summary>
    Hit,
}

/// <summary>Names of results.</summary>
internal static class CacheResultNames
{
    /// <summary>The name in the header and in metrics.</summary>
    public static string ToName(this CacheResult result) => result switch
    {
        CacheResult.Hit => "hit",
        CacheResult.Miss => "miss",
        CacheResult.Bypass => "bypass",
        _ => "off",
    };
}
