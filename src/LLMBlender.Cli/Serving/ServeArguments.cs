using System.Net;
using LLMBlender.Silo.Placement;

namespace LLMBlender.Cli.Serving;

/// <summary>What <c>serve</c> was asked for.</summary>
/// <param name="Roles">What the process does.</param>
/// <param name="Urls">Where it listens for HTTP.</param>
/// <param name="Redis">The Redis of a cluster; null for a cluster of one.</param>
/// <param name="Config">A configuration file; null for none.</param>
/// <param name="ClusterId">The cluster's id.</param>
/// <param name="Address">The address that other silos reach this one at.</param>
/// <param name="SiloPort">The port for other silos; 0 for a free one.</param>
/// <param name="ListenPort">Where it listens for them, if not there; 0 for the same port.</param>
/// <param name="GatewayPort">The port for clients of the grains; 0 for a free one.</param>
internal sealed record ServeArguments(
    SiloRoles Roles,
    string Urls,
    string? Redis,
    string? Config,
    string ClusterId,
    IPAddress Address,
    int SiloPort,
    int ListenPort,
    int GatewayPort);
