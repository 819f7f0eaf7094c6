using System.Net;
using LLMBlender.Client;
using LLMBlender.Silo.Placement;
using LLMBlender.Silo.Sealing;

namespace LLMBlender.Silo.Hosting;

/// <summary>Options of a silo.</summary>
public sealed class LLMBlenderSiloOptions
{
    /// <summary>The silo's roles.</summary>
    public SiloRoles Roles { get; set; } = SiloRoles.All;

    /// <summary>The Redis of membership and cached comparisons; null for a cluster of one silo.</summary>
    public string? Redis { get; set; }

    /// <summary>The cluster's id, which separates clusters that share a Redis.</summary>
    public string ClusterId { get; set; } = LLMBlenderClientOptions.DefaultClusterId;

    /// <summary>The secret that authenticates what silos write to Redis; null for none, so that Redis is trusted.</summary>
    public ClusterKey? Key { get; set; }

    /// <summary>The address that other silos connect to.</summary>
    public IPAddress Address { get; set; } = IPAddress.Loopback;

    /// <summary>The port for other silos; 0 for any free one.</summary>
    public int SiloPort { get; set; }

    /// <summary>The port that the silo listens on for other silos if it differs from <see cref="SiloPort"/>, as behind a port mapping; 0 for the same.</summary>
    public int ListenPort { get; set; }

    /// <summary>The certificates of connections with other silos and with clients; null for connections without TLS.</summary>
    public ClusterCertificates? Certificates { get; set; }

    /// <summary>The port for clients outside the cluster; 0 for none.</summary>
    public int GatewayPort { get; set; }
}
