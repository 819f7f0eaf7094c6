namespace LLMBlender.Silo.Placement;

/// <summary>Names of roles on command lines and in silos' metadata.</summary>
public static class RoleNames
{
    private static readonly (string Name, SiloRoles Role)[] Known =
    [
        ("gateway", SiloRoles.Gateway), ("blend", SiloRoles.Blend), ("compare", SiloRoles.Compare), ("fuse", SiloRoles.Fuse),
        ("dashboard", SiloRoles.Dashboard), ("all", SiloRoles.All),
    ];

    /// <summary>Parses a comma-separated list.</summary>
    /// <exception cref="ArgumentException">A name is unknown, or the list is empty.</exception>
    public static SiloRoles Parse(string list)
    {
        var roles = SiloRoles.None;
        foreach (var name in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            roles |= Find(name);
        }

        return roles is not SiloRoles.None
            ? roles
            : throw new ArgumentException("names no role, and must name at least one of " + Names(), nameof(list));
    }

    /// <summary>Formats roles as a list for <see cref="Parse"/>.</summary>
    public static string Write(SiloRoles roles) =>
        string.Join(',', Known.Where(entry => entry.Role is not SiloRoles.All && roles.HasFlag(entry.Role)).Select(entry => entry.Name));

    private static SiloRoles Find(string name)
    {
        foreach (var entry in Known)
        {
            if (entry.Name == name)
            {
                return entry.Role;
            }
        }

        throw new ArgumentException($"\"{name}\" is not a role; known are {Names()}", nameof(name));
    }

    private static string Names() => string.Join(", ", Known.Select(entry => entry.Name));
}
