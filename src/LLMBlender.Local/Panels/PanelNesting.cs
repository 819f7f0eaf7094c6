using LLMBlender.Local.Settings;

namespace LLMBlender.Local.Panels;

/// <summary>The rules of panels that have panels as members.</summary>
internal static class PanelNesting
{
    /// <summary>The largest number of panels below one another: each may ask all its members, so that calls multiply.</summary>
    public const int MaxDepth = 3;

    /// <summary>Requires that no panel contains itself, and that at most <see cref="MaxDepth"/> are below one another.</summary>
    /// <param name="panels">The panels.</param>
    /// <exception cref="SettingsException">One does: the message names the panels on the way.</exception>
    public static void Check(IReadOnlyList<Panel> panels)
    {
        var byName = panels.ToDictionary(static panel => panel.Name, StringComparer.Ordinal);
        foreach (var panel in panels)
        {
            Visit(panel, []);
        }

        void Visit(Panel panel, List<string> above)
        {
            if (above.Contains(panel.Name))
            {
                throw new SettingsException($"panel \"{panel.Name}\" contains itself: {string.Join(" > ", above.SkipWhile(name => name != panel.Name))} > {panel.Name}");
            }

            above.Add(panel.Name);
            if (above.Count > MaxDepth)
            {
                throw new SettingsException($"panels {string.Join(" > ", above)} are {above.Count} below one another, and may be {MaxDepth}");
            }

            foreach (var inner in panel.Members.Concat(panel.Offers).Where(byName.ContainsKey).Where(panel.HasPanel))
            {
                Visit(byName[inner], above);
            }

            above.RemoveAt(above.Count - 1);
        }
    }
}
