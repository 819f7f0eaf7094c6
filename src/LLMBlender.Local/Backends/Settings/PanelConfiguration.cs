using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LLMBlender.Local.Backends;

/// <summary>Panels out of a host's configuration: files, environment, command line.</summary>
public static class PanelConfiguration
{
    /// <summary>The section.</summary>
    public const string Section = "LLMBlender";

    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingsException">A value has the wrong type.</exception>
    public static PanelSection Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        try
        {
            // Lists by themselves, for only a binder that refuses unknown names refuses values of a wrong type inside of lists.
            var section = configuration.GetSection(Section);
            return new PanelSection
            {
                Backends = List<BackendSettings>(section, nameof(PanelSection.Backends)),
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

    /// <summary>Makes the registry of a configuration, and has it follow the configuration's changes while the host runs.</summary>
    /// <param name="services">The host's.</param>
    /// <param name="configuration">The host's.</param>
    /// <param name="found">What was found without it.</param>
    /// <param name="sources">Where files and keys are.</param>
    /// <param name="notes">Told what a person should know of it.</param>
    /// <exception cref="SettingsException">A rule is broken.</exception>
    public static PanelRegistry AddPanels(
        this IServiceCollection services, IConfiguration configuration, Discovered found, PanelSources sources, Action<string> notes)
    {
        var registry = PanelRegistryBuilder.Build(Read(configuration), found, sources, null, notes);
        services.AddSingleton<IHostedService>(provider => new PanelReload(
            configuration, registry, found, sources, provider.GetRequiredService<ILogger<PanelReload>>()));
        return registry;
    }
}
