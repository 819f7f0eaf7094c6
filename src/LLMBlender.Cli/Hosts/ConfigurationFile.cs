using System.Text;
using LLMBlender.Cli.Models;
using LLMBlender.Cli.Panels;
using LLMBlender.Cli.Serving;
using LLMBlender.Core.Fusion;
using LLMBlender.Inference.GenFuser;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Inference.Sessions;
using LLMBlender.Local;
using LLMBlender.Local.Comparing;
using LLMBlender.Local.Fusion;
using LLMBlender.Local.Panels;
using LLMBlender.Local.Settings;
using LLMBlender.Records;
using Microsoft.Extensions.Configuration;

namespace LLMBlender.Cli.Hosts;

/// <summary>
/// Loads the panels, rankers and fusers of a configuration file, in the format that <c>serve</c> reads, into this process.
/// </summary>
internal static class ConfigurationFile
{
    /// <summary>Loads the models that a file names. If it names several accelerators, the first is used.</summary>
    /// <exception cref="UsageException">The file doesn't exist, or is invalid.</exception>
    /// <exception cref="Inference.ModelException">A model can't be loaded.</exception>
    public static async Task<IBlenderHost> OpenAsync(string file, Terminal terminal, CancellationToken cancellationToken)
    {
        if (!File.Exists(file))
        {
            throw new UsageException($"--config: {file} is not there");
        }

        var configuration = new ConfigurationManager();
        configuration.AddEnvironmentVariables();
        var settings = ServeSettings.Read(configuration, file);
        var panels = await PanelsAsync(configuration, settings, WriteNote, cancellationToken);
        var models = Load(settings, new ModelSearch(terminal));
        return new LocalHost(models, panels, $"models of {Path.GetFileName(file)}");

        void WriteNote(string note) => terminal.Error.Write(Encoding.UTF8.GetBytes($"llmblender: {note}\n"));
    }

    // Reports each backend that is discovered rather than configured, and each that could not be discovered.
    private static async Task<PanelRegistry> PanelsAsync(
        IConfiguration configuration, ServeSettings settings, Action<string> report, CancellationToken cancellationToken)
    {
        var discovers = settings.Discover && settings.Panels.Length == 0 && settings.LiteLLM is null;
        var found = discovers ? await DiscoveredBackends.FindAsync(Environment.GetEnvironmentVariable, null, null, cancellationToken) : DiscoveredBackends.None;
        foreach (var note in found.Notes)
        {
            report(note);
        }

        try
        {
            var sources = PanelFile.PanelSources;
            return PanelRegistryBuilder.Build(PanelConfiguration.Read(configuration), found, sources, null, report);
        }
        catch (Exception e) when (e is SettingsException or RecordException)
        {
            throw new UsageException($"configuration: {ServeSettings.Section}:{e.Message}", e);
        }
    }

    private static LocalModels Load(ServeSettings settings, ModelSearch search)
    {
        var rankers = new List<KeyValuePair<string, IPairRanker>>();
        var fusers = new List<IFuser>();
        var fuserModels = new List<GenFuserModel>();
        try
        {
            var accelerators = Array.ConvertAll(settings.AcceleratorsOrDefault, Accelerator.Parse);
            foreach (var name in accelerators.Length == 0 ? [] : settings.RankersOrDefault)
            {
                var model = PairRankerModel.Load(search.FindModel(name), new PairRankerOptions { Accelerator = accelerators[0] });
                rankers.Add(KeyValuePair.Create<string, IPairRanker>(
                    Path.GetFileName(Path.TrimEndingDirectorySeparator(name)), new ModelPairRanker(model)));
            }

            foreach (var name in settings.FusersOrDefault)
            {
                if (name == SelectFuser.FuserName)
                {
                    fusers.Add(new SelectFuser());
                    continue;
                }

                var model = GenFuserModel.Load(search.FindModel(name));
                fuserModels.Add(model);
                fusers.Add(new ModelFuser(model));
            }

            return new LocalModels(rankers, FuserRegistry.Of(fusers), fuserModels);
        }
        catch (Exception e)
        {
            rankers.ForEach(static ranker => ranker.Value.Dispose());
            fuserModels.ForEach(static model => model.Dispose());
            if (e is ArgumentException bad)
            {
                throw new UsageException(Sentences.WithoutParameter(bad), e);
            }

            throw;
        }
    }
}
