using System.Net;
using LLMBlender.Silo.Placement;

namespace LLMBlender.Cli.Serving;

/// <summary>The arguments of <c>serve</c>.</summary>
/// <param name="Roles">The process's roles.</param>
/// <param name="Urls">The URLs that it listens on for HTTP.</param>
/// <param name="Redis">The cluster's Redis; null for a cluster of one process.</param>
/// <param name="Config">A configuration file; null for none.</param>
/// <param name="ClusterId">The cluster's id.</param>
/// <param name="Address">The address that other silos connect to.</param>
/// <param name="SiloPort">The port for other silos; 0 for a free one.</param>
/// <param name="ListenPort">The port that it listens on for other silos if it differs from <paramref name="SiloPort"/>; 0 for
/// the same port.</param>
/// <param name="GatewayPort">The port for clients of the grains; 0 for none.</param>
internal sealed record ServeArguments(
    SiloRoles Roles,
    string Urls,
    string? Redis,
    string? Config,
    string ClusterId,
    IPAddress Address,
    int SiloPort,
    int ListenPort,
    int GatewayPort)
{
    /// <summary>The environment variable with the secret of the cluster's processes, as the text of the file of <c>--cluster-key</c>.</summary>
    public const string ClusterKeyVariable = "LLMBLENDER_CLUSTER_KEY";

    /// <summary>The file with the secret of the cluster's silos; null for none.</summary>
    public string? ClusterKey { get; init; }

    /// <summary>The environment variable with the folder of certificates, for serve and for clients.</summary>
    public const string ClusterTlsVariable = "LLMBLENDER_CLUSTER_TLS";

    /// <summary>The folder of the certificates for TLS between the cluster's processes; null for none.</summary>
    public string? ClusterTls { get; init; }

    /// <summary>Whether other machines may connect to the cluster's ports without TLS.</summary>
    public bool InsecureCluster { get; init; }

    /// <summary>How long a start waits for a Redis that does not answer.</summary>
    public TimeSpan RedisWait { get; init; }

    /// <summary>Whether requests of other machines are accepted with a key that is printed at the start, unless callers are configured.</summary>
    public bool Quick { get; init; }

    /// <summary>Whether the file of <see cref="Config"/> can be edited on a page; it may be missing then.</summary>
    public bool SettingsPage { get; init; }
}
