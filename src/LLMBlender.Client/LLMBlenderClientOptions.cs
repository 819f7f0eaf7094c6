namespace LLMBlender.Client;

/// <summary>Which cluster a client speaks to.</summary>
public sealed class LLMBlenderClientOptions
{
    /// <summary>The cluster's id where none is given.</summary>
    public const string DefaultClusterId = "llmblender";

    /// <summary>
    /// The Redis that the cluster's members meet in, as <c>HOST:PORT</c> or a StackExchange.Redis configuration; null for
    /// one silo on this machine.
    /// </summary>
    public string? Redis { get; set; }

    /// <summary>The cluster's id.</summary>
    public string ClusterId { get; set; } = DefaultClusterId;

    /// <summary>The silo's gateway port on this machine; of use only without Redis.</summary>
    public int GatewayPort { get; set; } = 30000;

    /// <summary>The panel of the registered <see cref="Microsoft.Extensions.AI.IChatClient"/>; null for the cluster's default.</summary>
    public string? Panel { get; set; }
}
