namespace LLMBlender.Gateway;

/// <summary>Who may use the gateway, and how large a request may be. The configuration's section <c>LLMBlender:Gateway</c>.</summary>
public sealed class GatewayOptions
{
    /// <summary>The configuration's section.</summary>
    public const string Section = "LLMBlender:Gateway";

    /// <summary>The callers. Without any, requests from this machine are served and no others.</summary>
    public CallerOptions[] Callers { get; set; } = [];

    /// <summary>Whether, without any callers, every request is served.</summary>
    public bool AllowAnonymous { get; set; }

    /// <summary>
    /// The origins of other sites whose pages may send requests, such as <c>https://app.example</c>; none by default. They need a
    /// key as everyone does.
    /// </summary>
    public string[] AllowedOrigins { get; set; } = [];

    /// <summary>How long a request's body may be, in bytes; from 1 KiB.</summary>
    public long MaxRequestBytes { get; set; } = 8 * 1024 * 1024;
}
