namespace LLMBlender.Silo.Placement;

/// <summary>What a process does for its cluster.</summary>
[Flags]
public enum SiloRoles
{
    /// <summary>Nothing: a member that only asks the others.</summary>
    None = 0,

    /// <summary>Takes HTTP requests.</summary>
    Gateway = 1,

    /// <summary>Coordinates blends and rankings, and asks the panel.</summary>
    Blend = 2,

    /// <summary>Compares pairs on its accelerators.</summary>
    Compare = 4,

    /// <summary>Fuses.</summary>
    Fuse = 8,

    /// <summary>Shows Orleans' own dashboard of the cluster.</summary>
    Dashboard = 16,

    /// <summary>Everything that answering takes: a cluster of one.</summary>
    All = Gateway | Blend | Compare | Fuse,
}
