using System.Net;
using LLMBlender.Client;
using LLMBlender.Silo.Placement;

namespace LLMBlender.Silo.Hosting;

/// <summary>What a silo is and where it meets the others.</summary>
public sealed class LLMBlenderSiloOptions
{
    /// <summary>What it does.</summary>
    public SiloRoles Roles { get; set; } = SiloRoles.All;

    /// <summary>The Redis that members meet in and comparisons are kept in; null for a cluster of one, which needs none.</summary>
    public string? Redis { get; set; }

    /// <summary>The cluster's id: members of other ids don't see each other, even in one Redis.</summary>
    public string ClusterId { get; set; } = LLMBlenderClientOptions.DefaultClusterId;

    /// <summary>The address that other silos reach this one at.</summary>
    public IPAddress Address { get; set; } = IPAddress.Loopback;

    /// <summary>The port for other silos; 0 for any free one.</summary>
    public int SiloPort { get; set; }

    /// <summary>The port it listens on for other silos, where it differs from the published one, as behind a port mapping; 0 for the same.</summary>
    public int ListenPort { get; set; }

    /// <summary>The port for clients of the grains; 0 for any free one.</summary>
    public int GatewayPort { get; set; }
}
