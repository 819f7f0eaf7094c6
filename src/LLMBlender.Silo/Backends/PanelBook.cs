using LLMBlender.Abstractions;

namespace LLMBlender.Silo.Backends;

/// <summary>The panels and backends that a silo knows; every silo that blends is given the same.</summary>
public sealed class PanelBook
{
    private readonly Dictionary<string, Panel> panels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Backend> backends = new(StringComparer.Ordinal);
    private Panel? first;

    /// <summary>Adds a backend.</summary>
    /// <exception cref="ArgumentException">There is one of that name.</exception>
    public void Add(Backend backend)
    {
        ArgumentNullException.ThrowIfNull(backend);
        if (!backends.TryAdd(backend.Name, backend))
        {
            throw new ArgumentException($"there are two backends named \"{backend.Name}\"; names must differ", nameof(backend));
        }
    }

    /// <summary>Adds a panel; the first one is the default.</summary>
    /// <exception cref="ArgumentException">There is one of that name, or a member is no backend.</exception>
    public void Add(Panel panel)
    {
        ArgumentNullException.ThrowIfNull(panel);
        if (panel.Members.Length == 0)
        {
            throw new ArgumentException($"panel \"{panel.Name}\" has no members, and must have at least one", nameof(panel));
        }

        foreach (var member in panel.Members)
        {
            if (!backends.ContainsKey(member))
            {
                throw new ArgumentException($"panel \"{panel.Name}\" names \"{member}\", and there is no such backend", nameof(panel));
            }
        }

        if (!panels.TryAdd(panel.Name, panel))
        {
            throw new ArgumentException($"there are two panels named \"{panel.Name}\"; names must differ", nameof(panel));
        }

        first ??= panel;
    }

    /// <summary>A backend; null where there is none of that name.</summary>
    public Backend? FindBackend(string name) => backends.GetValueOrDefault(name);

    /// <summary>A panel.</summary>
    /// <param name="name">Its name; null for the default one.</param>
    /// <exception cref="BlendException">There is none.</exception>
    public Panel Find(string? name)
    {
        var panel = name is null ? first : panels.GetValueOrDefault(name);
        return panel ?? throw BlendException.Invalid(
            "panel",
            name is null
                ? "there is no panel here: give candidates"
                : $"panel \"{name}\" is not known; known are {string.Join(", ", panels.Keys.Order(StringComparer.Ordinal))}");
    }
}
