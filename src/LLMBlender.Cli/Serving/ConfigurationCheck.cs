using LLMBlender.Cli.Models;
using LLMBlender.Cli.Panels;
using LLMBlender.Local.Panels;
using LLMBlender.Local.Settings;
using LLMBlender.Records;
using Microsoft.Extensions.Configuration;

namespace LLMBlender.Cli.Serving;

/// <summary>Reads a configuration as <c>serve</c> does, without starting anything.</summary>
/// <param name="Settings">The settings.</param>
/// <param name="Panels">The panels, whose backends are not called.</param>
internal sealed record ConfigurationCheck(ServeSettings Settings, PanelRegistry Panels)
{
    /// <summary>Checks a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="terminal">Its environment variables are read.</param>
    /// <param name="note">Receives notes.</param>
    /// <exception cref="UsageException">It is invalid.</exception>
    /// <exception cref="Inference.ModelException">A model that it names does not exist.</exception>
    public static ConfigurationCheck Read(string file, Terminal terminal, Action<string> note)
    {
        using var configuration = new ConfigurationManager();
        configuration.AddEnvironmentVariables();
        var settings = ServeSettings.Read(configuration, file);
        var sources = PanelFile.PanelSources with { Variable = terminal.Variable };
        var panels = ConfiguredPanels.Load(
            settings, configuration, DiscoveredBackends.None, found => PanelRegistryBuilder.Build(PanelConfiguration.Read(configuration), found, sources, null, note), note);
        CheckModels(settings, new ModelSearch(terminal));
        return new ConfigurationCheck(settings, panels);
    }

    private static void CheckModels(ServeSettings settings, ModelSearch search)
    {
        foreach (var ranker in settings.RankersOrDefault)
        {
            search.FindRanker(ranker);
        }

        foreach (var fuser in settings.FusersOrDefault)
        {
            search.FindFuser(fuser);
        }
    }
}
