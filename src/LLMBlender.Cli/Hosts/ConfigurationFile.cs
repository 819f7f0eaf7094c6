using System.Text;
using LLMBlender.Cli.Models;
using LLMBlender.Cli.Panels;
using LLMBlender.Cli.Serving;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Inference.Sessions;
using LLMBlender.Local;
using LLMBlender.Local.Fusion;
using LLMBlender.Local.Panels;
using LLMBlender.Records;
using Microsoft.Extensions.Configuration;

namespace LLMBlender.Cli.Hosts;

/// <summary>
/// Loads the panels, rankers and fusers of a configuration file, in the format that <c>serve</c> reads, into this process.
/// </summary>
internal static class ConfigurationFile
{
    /// <summary>Loads the models that a file names. If it names several accelerators, the first is used.</summary>
    /// <param name="file">The file.</param>
    /// <param name="ranker">The ranker of all requests, also a model that the file does not name; null for the file's first. No other is loaded if it is not one of the file's models.</param>
    /// <param name="fuses">Whether requests fuse; otherwise no fuser is loaded.</param>
    /// <param name="terminal">Receives notes.</param>
    /// <param name="cancellationToken">Cancels the search for backends.</param>
    /// <exception cref="UsageException">The file doesn't exist, or is invalid.</exception>
    /// <exception cref="Inference.ModelException">A model can't be loaded.</exception>
    public static async Task<IBlenderHost> OpenAsync(
        string file, string? ranker, bool fuses, Terminal terminal, CancellationToken cancellationToken)
    {
        if (!File.Exists(file))
        {
            throw new UsageException($"--config: {file} is not there");
        }

        var configuration = new ConfigurationManager();
        configuration.AddEnvironmentVariables();
        var settings = ServeSettings.Read(configuration, file);
        var found = await ConfiguredPanels.DiscoverAsync(settings, mayDiscover: true, terminal.Variable, cancellationToken);
        var panels = ConfiguredPanels.Load(
            settings,
            configuration,
            found,
            discovered => PanelRegistryBuilder.Build(PanelConfiguration.Read(configuration), discovered, PanelFile.PanelSources, null, WriteNote),
            WriteNote);
        var search = new ModelSearch(terminal);
        if (ranker is not null && panels.HasRanker(ranker))
        {
            settings.Rankers = [];
        }
        else if (ranker is not null && !settings.RankersOrDefault.Contains(ranker) && Path.GetFileName(ranker) == ranker && search.Has(ranker))
        {
            settings.Rankers = [ranker];
        }

        if (!fuses)
        {
            settings.Fusers = null;
        }

        var metrics = LocalHost.CreateMetrics();
        var models = Load(settings, search);
        return new LocalHost(models, panels, $"models of {Path.GetFileName(file)}", metrics);

        void WriteNote(string note) => terminal.Error.Write(Encoding.UTF8.GetBytes($"llmblender: {note}\n"));
    }

    private static LocalModels Load(ServeSettings settings, ModelSearch search)
    {
        try
        {
            var accelerators = Array.ConvertAll(settings.AcceleratorsOrDefault, Accelerator.Parse);
            var options = new PairRankerOptions { Accelerator = accelerators.FirstOrDefault() ?? Accelerator.Cpu };
            var rankers = accelerators.Length == 0 ? [] : settings.RankersOrDefault;
            return LocalModels.Load(
                [.. rankers.Select(search.FindRanker)], options, FuserRegistry.Load(settings.FusersOrDefault.Select(search.FindFuser)));
        }
        catch (ArgumentException e)
        {
            throw new UsageException(Sentences.WithoutParameter(e), e);
        }
    }
}
