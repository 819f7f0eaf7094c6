using LLMBlender.Local.Panels;
using LLMBlender.Local.Settings;
using LLMBlender.Records;

namespace LLMBlender.Cli.Serving;

/// <summary>Loads the panels of a configuration, and discovers backends if it configures none.</summary>
internal static class ConfiguredPanels
{
    /// <summary>Loads the panels.</summary>
    /// <param name="settings">The configuration.</param>
    /// <param name="mayDiscover">Whether backends may be discovered.</param>
    /// <param name="build">Creates the panels of the configuration and of discovered backends.</param>
    /// <param name="report">Receives messages about each discovered backend, and each that could not be discovered.</param>
    /// <param name="cancellationToken">Cancels the search for backends.</param>
    /// <exception cref="UsageException">The configuration breaks a rule.</exception>
    public static async Task<PanelRegistry> LoadAsync(
        ServeSettings settings,
        bool mayDiscover,
        Func<DiscoveredBackends, PanelRegistry> build,
        Action<string> report,
        CancellationToken cancellationToken)
    {
        var discovers = mayDiscover && settings.Discover && settings.Panels.Length == 0 && settings.LiteLLM is null;
        var found = discovers ? await DiscoveredBackends.FindAsync(Environment.GetEnvironmentVariable, null, null, cancellationToken) : DiscoveredBackends.None;
        Array.ForEach(found.Notes, report);
        try
        {
            return build(found);
        }
        catch (Exception e) when (e is SettingsException or RecordException)
        {
            throw new UsageException($"configuration: {ServeSettings.Section}:{e.Message}", e);
        }
    }
}
