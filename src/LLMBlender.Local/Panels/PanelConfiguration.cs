using LLMBlender.Local.Settings;
using LLMBlender.Local.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LLMBlender.Local.Panels;

/// <summary>Reads panels from a host's configuration: files, environment, command line.</summary>
public static class PanelConfiguration
{
    /// <summary>The name of the section.</summary>
    public const string Section = "LLMBlender";

    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingsException">A value has the wrong type.</exception>
    public static PanelSection Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        try
        {
            // Lists are bound separately: inside lists, only a binder with ErrorOnUnknownConfiguration rejects values of a wrong type.
            var section = configuration.GetSection(Section);
            SettingsFields.Check(section.GetSection(nameof(PanelSection.Backends)), typeof(BackendSettings[]));
            SettingsFields.Check(section.GetSection(nameof(PanelSection.Scorers)), typeof(ScorerSettings[]));
            SettingsFields.Check(section.GetSection(nameof(PanelSection.Panels)), typeof(PanelSettings[]));
            return new PanelSection
            {
                Backends = List<BackendSettings>(section, nameof(PanelSection.Backends)),
                Scorers = List<ScorerSettings>(section, nameof(PanelSection.Scorers)),
                Panels = List<PanelSettings>(section, nameof(PanelSection.Panels)),
                LiteLLM = section[nameof(PanelSection.LiteLLM)],
                Discover = section.GetValue(nameof(PanelSection.Discover), true),
            };
        }
        catch (InvalidOperationException e)
        {
            throw new SettingsException($"{e.Message.TrimEnd('.')}: {e.InnerException?.Message}", e);
        }
    }

    private static T[] List<T>(IConfiguration section, string name) =>
        section.GetSection(name).Get<T[]>(static binder => binder.ErrorOnUnknownConfiguration = true) ?? [];

    /// <summary>Creates the registry of a configuration, and reloads it when the configuration changes while the host runs.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The host's configuration.</param>
    /// <param name="found">Backends and panels that were discovered.</param>
    /// <param name="sources">Reads files and keys.</param>
    /// <param name="notes">Receives messages for the operator.</param>
    /// <exception cref="SettingsException">A rule is broken.</exception>
    public static PanelRegistry AddPanels(
        this IServiceCollection services, IConfiguration configuration, DiscoveredBackends found, PanelSources sources, Action<string> notes)
    {
        var registry = PanelRegistryBuilder.Build(Read(configuration), found, sources, null, notes);
        services.AddSingleton<IHostedService>(provider => new PanelReload(
            configuration, registry, found, sources, provider.GetService<BlendMetrics>(), provider.GetRequiredService<ILogger<PanelReload>>()));
        return registry;
    }
}
