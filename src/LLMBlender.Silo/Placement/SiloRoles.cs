namespace LLMBlender.Silo.Placement;

/// <summary>The roles of a silo in its cluster.</summary>
[Flags]
public enum SiloRoles
{
    /// <summary>No role: a member that only calls other silos.</summary>
    None = 0,

    /// <summary>Serves HTTP requests.</summary>
    Gateway = 1,

    /// <summary>Coordinates blends and rankings, and calls the panel's backends.</summary>
    Blend = 2,

    /// <summary>Compares pairs on its accelerators.</summary>
    Compare = 4,

    /// <summary>Fuses candidates.</summary>
    Fuse = 8,

    /// <summary>Serves Orleans' dashboard of the cluster.</summary>
    Dashboard = 16,

    /// <summary>All roles that requests need, for a cluster of one silo.</summary>
    All = Gateway | Blend | Compare | Fuse,
}
