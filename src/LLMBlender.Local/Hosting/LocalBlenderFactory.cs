using LLMBlender.Core.Fusion;
using LLMBlender.Inference.GenFuser;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Inference.Sessions;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Comparing;
using LLMBlender.Local.Fusion;
using LLMBlender.Local.Panels;

namespace LLMBlender.Local.Hosting;

/// <summary>Creates the models and panels of a local blender from validated options.</summary>
internal static class LocalBlenderFactory
{
    private const string DefaultPanel = "default";

    /// <summary>Loads the models of the options.</summary>
    /// <exception cref="Inference.ModelException">A model can't be loaded.</exception>
    public static LocalModels Load(LLMBlenderOptions options)
    {
        var accelerator = Accelerator.Parse(options.Device);
        var memberRanks = options.Members.ContainsKey(options.Ranker);
        var memberFuses = options.Members.ContainsKey(options.Fuser);
        var fusers = memberFuses
            ? FuserRegistry.SelectOnly
            : FuserRegistry.Load(new[] { options.Fuser, SelectFuser.FuserName }.Distinct(), new GenFuserOptions { Accelerator = accelerator });
        try
        {
            var ranker = memberRanks ? null : ModelRankers.Load(options.Ranker, new PairRankerOptions { Accelerator = accelerator });
            return new LocalModels(ranker is null ? [] : [KeyValuePair.Create<string, IPairRanker>(ranker.Manifest.Id, ranker)], fusers)
            {
                DefaultRanker = memberRanks ? options.Ranker : null,
                DefaultFuser = memberFuses ? options.Fuser : null,
            };
        }
        catch
        {
            fusers.Dispose();
            throw;
        }
    }

    /// <summary>Creates the panels of the options.</summary>
    public static PanelRegistry CreatePanels(LLMBlenderOptions options, IServiceProvider services)
    {
        var panels = new PanelRegistry();
        foreach (var (name, client) in options.Members)
        {
            panels.Add(new Backend(name, client(services)));
        }

        foreach (var panel in options.Panels)
        {
            panels.Add(Panel.Create(panel));
        }

        if (options.Panels.Count == 0 && options.Members.Count > 0)
        {
            panels.Add(new Panel(DefaultPanel, [.. options.Members.Keys]) { Passes = [.. Abstractions.ForwardedFeature.All] });
        }

        return panels;
    }
}
