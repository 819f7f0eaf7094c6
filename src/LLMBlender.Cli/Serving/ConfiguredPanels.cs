using LLMBlender.Local.Panels;
using LLMBlender.Local.Settings;
using LLMBlender.Records;
using Microsoft.Extensions.Configuration;

namespace LLMBlender.Cli.Serving;

/// <summary>Loads the panels of a configuration, and discovers backends if it configures none.</summary>
internal static class ConfiguredPanels
{
    /// <summary>Searches for backends if a configuration has no panels; otherwise finds none.</summary>
    /// <param name="settings">The configuration.</param>
    /// <param name="mayDiscover">Whether backends may be discovered.</param>
    /// <param name="variable">Reads an environment variable.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    public static Task<DiscoveredBackends> DiscoverAsync(ServeSettings settings, bool mayDiscover, Func<string, string?> variable, CancellationToken cancellationToken) =>
        mayDiscover && settings.Discover && settings.Panels.Length == 0 && settings.LiteLLM is null
            ? DiscoveredBackends.FindAsync(variable, cancellationToken)
            : Task.FromResult(DiscoveredBackends.None);

    /// <summary>Creates the panels.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="configuration">The configuration that the settings were read from.</param>
    /// <param name="found">The discovered backends.</param>
    /// <param name="build">Creates the panels of the configuration and of discovered backends.</param>
    /// <param name="report">Receives messages about discovered backends.</param>
    /// <exception cref="UsageException">The configuration breaks a rule.</exception>
    public static PanelRegistry Load(
        ServeSettings settings, IConfigurationRoot configuration, DiscoveredBackends found, Func<DiscoveredBackends, PanelRegistry> build, Action<string> report)
    {
        Array.ForEach(found.Notes, report);
        try
        {
            var panels = build(found);
            settings.CheckFusers(panels);
            return panels;
        }
        catch (Exception e) when (e is SettingsException or RecordException)
        {
            throw new UsageException($"{Place(configuration, e as SettingsException)}: {ServeSettings.Section}:{e.Message}", e);
        }
    }

    private static string Place(IConfigurationRoot configuration, SettingsException? e) => e?.Key is not { } key ? "configuration"
        : configuration.Providers.OfType<SettingsFile>().Select(file => file.Locate($"{ServeSettings.Section}:{key}")).LastOrDefault(static place => place is not null)
            ?? "configuration";
}
