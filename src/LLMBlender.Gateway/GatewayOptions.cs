namespace LLMBlender.Gateway;

/// <summary>Callers of the gateway and the maximum request size. The configuration's section <c>LLMBlender:Gateway</c>.</summary>
public sealed class GatewayOptions
{
    /// <summary>The configuration's section.</summary>
    public const string Section = "LLMBlender:Gateway";

    /// <summary>The value of <see cref="AllowedOrigins"/> that allows all.</summary>
    internal const string AnyOrigin = "*";

    /// <summary>The callers. If empty, only requests from this machine are accepted.</summary>
    public CallerOptions[] Callers { get; set; } = [];

    /// <summary>Whether every request is accepted if there are no callers.</summary>
    public bool AllowAnonymous { get; set; }

    /// <summary>
    /// The origins of other sites and apps whose pages may send requests, such as <c>https://app.example</c> or
    /// <c>app://obsidian.md</c>; none by default. If there are callers, <c>null</c> is pages without an origin, and <c>*</c> all. A key is
    /// required for them too.
    /// </summary>
    public string[] AllowedOrigins { get; set; } = [];

    /// <summary>
    /// The names of this server that browsers may use with <see cref="AllowAnonymous"/>, such as <c>llmblender.example</c>; addresses and names without a
    /// dot need no entry.
    /// </summary>
    public string[] AllowedHosts { get; set; } = [];

    /// <summary>The maximum size of a request's body in bytes; at least 1 KiB.</summary>
    public long MaxRequestBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>The maximum size of the answers that a process keeps for panels with a <c>Cache</c>, in bytes; at least 1 MiB. With Redis they are kept there.</summary>
    public long MaxCachedBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// How long the server continues after SIGTERM: it is not ready, serves all requests, and ends each connection after a response, so that clients connect to
    /// other gateways. Then it drains. At most 10 minutes; 0 to drain at once.
    /// </summary>
    public TimeSpan LeaveTime { get; set; }

    /// <summary>Whether the pages of an origin may send requests.</summary>
    internal bool Allows(string origin) => AllowedOrigins.Contains(AnyOrigin) || AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase);
}
