using LLMBlender.Local.Backends;
using LLMBlender.Local.Scoring;
using LLMBlender.Local.Settings;
using LLMBlender.Local.Settings.LiteLLM;

namespace LLMBlender.Local.Panels;

/// <summary>Creates registries from settings, and validates all settings before any backend is called.</summary>
public static class PanelRegistryBuilder
{
    /// <summary>The name of the panel that is used if no other is configured.</summary>
    public const string SamplePanel = "sample";

    /// <summary>Creates a registry.</summary>
    /// <param name="section">The settings.</param>
    /// <param name="found">Backends and panels that were discovered.</param>
    /// <param name="sources">Reads files and keys.</param>
    /// <param name="previous">A registry whose unchanged backends and scorers are reused with the state of their limits; null for none.</param>
    /// <param name="notes">Receives messages for the operator.</param>
    /// <exception cref="SettingsException">A rule is broken.</exception>
    public static PanelRegistry Build(
        PanelSection section, DiscoveredBackends found, PanelSources sources, PanelRegistry? previous, Action<string> notes)
    {
        ArgumentNullException.ThrowIfNull(section);
        ArgumentNullException.ThrowIfNull(found);
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(notes);
        var registry = new PanelRegistry();
        for (var i = 0; i < section.Backends.Length; i++)
        {
            Add(registry, section.Backends[i], $"Backends:{i}", sources, previous);
        }

        var listed = section.LiteLLM is { } file ? LiteLLMFile.Read(file, sources.Variable, notes) : [];
        for (var i = 0; i < listed.Count; i++)
        {
            Add(registry, listed[i], $"LiteLLM:model_list:{i}", sources, previous);
        }

        for (var i = 0; i < section.Scorers.Length; i++)
        {
            Add(registry, section.Scorers[i], $"Scorers:{i}", sources, previous);
        }

        var named = section.Panels.Concat(found.Panels).SelectMany(static panel => panel.Variants.Select(variant => $"{panel.Name}:{variant.Name}").Prepend(panel.Name)).ToHashSet();
        for (var i = 0; i < section.Panels.Length; i++)
        {
            Add(registry, section.Panels[i], $"Panels:{i}", named, sources, notes);
        }

        if (listed.Count > 0 && section.Panels.Length == 0)
        {
            registry.Add(new Panel("litellm", [.. listed.Select(static backend => backend.Name)]) { Description = "every model of the LiteLLM file" });
        }

        // Discovered panels come before the sample panel: whoever has models wants to ask them.
        var isConfigured = registry.Panels.Count > 0;
        AddDiscovered(registry, found, named, sources, previous, notes);
        PanelNesting.Check(registry.Panels);
        PromptRules.CheckUse(section.Panels, name => registry.FindBackend(name) is not null);
        if (!isConfigured)
        {
            Guarded($"the panel {SamplePanel}", () => RecordedPanel.AddTo(registry, SamplePanel, sources.Sample()));
        }

        return registry;
    }

    private static void AddDiscovered(
        PanelRegistry registry, DiscoveredBackends found, IReadOnlySet<string> named, PanelSources sources, PanelRegistry? previous, Action<string> notes)
    {
        foreach (var backend in found.Backends.Where(backend => !registry.HasRanker(backend.Name)))
        {
            Add(registry, backend, $"found:{backend.Name}", sources, previous);
        }

        foreach (var panel in found.Panels.Where(panel => registry.Panels.All(known => known.Name != panel.Name)))
        {
            Add(registry, panel, $"found:{panel.Name}", named, sources, notes);
        }
    }

    private static void Add(PanelRegistry registry, BackendSettings settings, string path, PanelSources sources, PanelRegistry? previous)
    {
        SettingsRules.Check(settings, path);
        var key = KeyReference.Find(settings, path, sources.Variable);
        var old = previous?.FindBackend(settings.Name);
        var backend = old?.Settings == settings && old.Key == key ? old : BackendFactory.Create(settings, key, sources.TimeProvider);
        Guarded(path, () => registry.Add(backend));
    }

    private static void Add(PanelRegistry registry, ScorerSettings settings, string path, PanelSources sources, PanelRegistry? previous)
    {
        SettingsRules.Check(settings, path);
        var key = KeyReference.Find(settings, path, sources.Variable);
        var old = previous?.FindScorer(settings.Name);
        var scorer = old?.Settings == settings && old.Key == key ? old : Scorer.Create(settings, key, sources.TimeProvider);
        Guarded(path, () => registry.Add(scorer));
    }

    private static void Add(PanelRegistry registry, PanelSettings settings, string path, IReadOnlySet<string> named, PanelSources sources, Action<string> notes)
    {
        SettingsRules.Check(settings, path);
        if (settings.Records is { } file)
        {
            Guarded(path, () => RecordedPanel.AddTo(registry, settings.Name, sources.Records(file)));
            return;
        }

        Guarded(path, () => registry.Add(Create(registry, settings, named, sources, notes)));
        for (var i = 0; i < settings.Variants.Length; i++)
        {
            Add(registry, settings.Variants[i].Of(settings), $"{path}:Variants:{i}", named, sources, notes);
        }
    }

    private static Panel Create(PanelRegistry registry, PanelSettings settings, IReadOnlySet<string> named, PanelSources sources, Action<string> notes)
    {
        // A name of both is the backend's.
        var panel = Panel.Create(settings);
        panel = panel with { Panels = panel.Members.Concat(panel.Offers).Where(name => named.Contains(name) && registry.FindBackend(name) is null).ToHashSet() };
        panel = (settings.StageOrder is null ? panel.ByAgreement(settings.Agree) : panel.ByPrice(registry.PriceOf)).Accepting(settings);
        panel = settings.Route is { } route ? panel with { Route = PanelRoute.Read(route, panel.Name, panel.Members, sources.Encoders) } : panel;
        panel = panel.Caching(settings);
        if (panel.Acceptance is { Threshold: double.PositiveInfinity })
        {
            notes($"panel {panel.Name}: no confidence is known to keep the risk of {settings.Risk:0.###} in {settings.Calibration}, so that no choice is accepted");
        }

        return panel;
    }

    private static void Guarded(string path, Action add)
    {
        try
        {
            add();
        }
        catch (ArgumentException e)
        {
            var end = e.Message.LastIndexOf(" (Parameter ", StringComparison.Ordinal);
            throw new SettingsException($"{path}: {(end < 0 ? e.Message : e.Message[..end])}", e);
        }
    }
}
