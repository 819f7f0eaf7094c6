using LLMBlender.Local.Settings.Discovery;

namespace LLMBlender.Local.Settings;

/// <summary>
/// Backends that are available without configuration: model servers on this machine, and providers with a key in the environment. The panels of
/// a configuration without any: <see cref="LocalPanel"/> first, so that no prompt leaves the machine while a model on it can answer.
/// </summary>
/// <param name="Backends">The backends.</param>
/// <param name="Panels">The panels of these backends, the default first.</param>
/// <param name="Notes">Messages for the operator: one sentence with all panels.</param>
public sealed record DiscoveredBackends(BackendSettings[] Backends, PanelSettings[] Panels, string[] Notes)
{
    /// <summary>The panel of model servers on this machine, and of those that variables name.</summary>
    public const string LocalPanel = "local";

    /// <summary>The panel of providers whose keys are in the environment.</summary>
    public const string ProviderPanel = "providers";

    // More models than this rarely fit into one machine's memory, and add little to a blend.
    private const int MaxLocalModels = 4;
    private const int MaxProviders = 6;
    private const int ModelsOfOneProvider = 4;
    private const int SamplesOfOneModel = 3;

    // Models that a provider's key can use are hundreds.
    private const int MaxListed = 12;

    private static readonly TimeSpan ServerTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMilliseconds(1500);

    // The first call of a local model waits until it is in memory.
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    /// <summary>Further models of the same servers and providers, which no panel has.</summary>
    public BackendSettings[] Others { get; init; } = [];

    /// <summary>A result without backends.</summary>
    public static DiscoveredBackends None { get; } = new([], [], []);

    /// <summary>What is searched, for messages when nothing is found.</summary>
    public static string Searched =>
        "no model server answers on this machine (Ollama on port 11434, LM Studio on 1234, vLLM on 8000, llama.cpp on 8080), and no key such as "
        + "OPENAI_API_KEY, ANTHROPIC_API_KEY or OPENROUTER_API_KEY is in the environment";

    /// <summary>
    /// Searches for backends, all places at the same time: the usual ports of model servers on this machine, the servers that
    /// <c>OLLAMA_HOST</c> and <c>OPENAI_BASE_URL</c> name, and providers whose keys are in the environment, which are asked for their models.
    /// </summary>
    /// <param name="variable">Reads an environment variable.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    public static Task<DiscoveredBackends> FindAsync(Func<string, string?> variable, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(variable);
        return FindAsync(variable, ServerPlace.All(variable), Providers.All, DefaultTimeout, cancellationToken);
    }

    /// <inheritdoc cref="FindAsync(Func{string, string?}, CancellationToken)"/>
    internal static async Task<DiscoveredBackends> FindAsync(
        Func<string, string?> variable, IReadOnlyList<ServerPlace> places, IReadOnlyList<Providers> providers, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var lists = new ModelLists(timeout);
        var keyed = providers.Where(provider => provider is { KeyVariable: { } key, Models.Count: > 0 }
            && variable(key) is { Length: > 0 } && places.All(place => place.KeyVariable != key)).Take(MaxProviders).ToArray();
        var local = Task.WhenAll(places.Select(async place =>
            (await lists.OfServerAsync(place, place.KeyVariable is { } key ? variable(key) : null, cancellationToken)).Select(model => (Place: place, Model: model))));
        var remote = Task.WhenAll(keyed.Select(provider => lists.OfProviderAsync(provider, variable(provider.KeyVariable!)!.Trim(), cancellationToken)));
        var (servers, offers) = (await local, await remote);
        var found = new[] { OfServers(servers), OfProviders(keyed, offers) }.OfType<FoundPanel>().ToArray();
        var backends = found.SelectMany(static panel => panel.Backends).ToArray();
        var all = servers.SelectMany(static list => list).Select(static entry => Backend(entry.Place, entry.Model))
            .Concat(keyed.Zip(offers).SelectMany(static entry => ModelChoice.OfProvider(entry.First, entry.Second, MaxListed).Select(model => Backend(entry.First, model))));
        return new DiscoveredBackends(backends, [.. found.Select(static panel => panel.Settings)], found.Length == 0 ? [] : [Note(found)])
        {
            Others = [.. all.ExceptBy(backends.Select(static backend => backend.Name), static backend => backend.Name).DistinctBy(static backend => backend.Name)],
        };
    }

    /// <summary>The models of a server with OpenAI's API, as backends.</summary>
    /// <param name="url">The address up to <c>/v1</c>.</param>
    /// <param name="keyVariable">The environment variable that contains its key; null for none.</param>
    /// <param name="variable">Reads an environment variable.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public static async Task<BackendSettings[]> OfServerAsync(Uri url, string? keyVariable, Func<string, string?> variable, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(variable);
        using var lists = new ModelLists(ServerTimeout);
        var place = new ServerPlace(url.Host, url.Authority, BackendSettings.OpenAI, url, keyVariable);
        var models = await lists.OfServerAsync(place, keyVariable is null ? null : variable(keyVariable), cancellationToken);
        return Array.ConvertAll(models, model => Backend(place, model));
    }

    private static FoundPanel? OfServers(IEnumerable<(ServerPlace Place, ListedModel Model)>[] lists)
    {
        var chosen = ModelChoice.OfServers(lists.SelectMany(static list => list), MaxLocalModels);
        var backends = chosen.ConvertAll(static entry => Backend(entry.Owner, entry.Model));
        var largest = chosen.Count == 0 ? 0 : chosen.IndexOf(chosen.MaxBy(static entry => entry.Model.Billions)!);
        return Panel(LocalPanel, backends, largest, string.Join(" and ", chosen.Select(static entry => $"{entry.Owner.Title} on {entry.Owner.Url.Authority}").Distinct()));
    }

    private static FoundPanel? OfProviders(Providers[] keyed, ListedModel[][] lists)
    {
        var models = keyed.Length == 1 ? ModelsOfOneProvider : 1;
        var backends = keyed.Zip(lists).SelectMany(entry => ModelChoice.OfProvider(entry.First, entry.Second, models).Select(model => Backend(entry.First, model))).ToList();
        return Panel(ProviderPanel, backends, 0, $"with {string.Join(" and ", keyed.Select(static provider => provider.KeyVariable))}");
    }

    private static BackendSettings Backend(ServerPlace place, ListedModel model) => new()
    {
        Name = NameOf(place.Name, model.Id),
        Kind = place.Kind,
        Url = place.Url.ToString().TrimEnd('/'),
        Model = model.Id,
        KeyVariable = place.KeyVariable,
    };

    private static BackendSettings Backend(Providers provider, string model) => new()
    {
        Name = NameOf(provider.Name, model),
        Kind = provider.Kind,
        Url = provider.Url,
        Model = model,
        KeyVariable = provider.KeyVariable,
    };

    private static FoundPanel? Panel(string name, List<BackendSettings> backends, int fuser, string source)
    {
        var members = backends.DistinctBy(static backend => backend.Name).ToArray();
        return members.Length == 0 ? null : new FoundPanel(members, source, new PanelSettings
        {
            Name = name,
            Description = $"models found: {source}",
            Members = [.. members.Select(static backend => backend.Name)],
            Samples = members.Length == 1 ? SamplesOfOneModel : 1,
            Fuser = members.Length == 1 ? Core.Fusion.SelectFuser.FuserName : members[fuser].Name,
            Deadline = Deadline,
        });
    }

    private static string NameOf(string prefix, string model) =>
        string.Concat($"{prefix}/{model}".Select(static c => SettingsRules.IsOfName(c) ? c : '-').Take(128));

    private static string Note(FoundPanel[] found) => string.Join("; ", found.Select(static (panel, i) =>
        $"panel \"{panel.Settings.Name}\"{(i == 0 ? ", the default," : "")} asks {Listed([.. panel.Backends.Select(static backend => backend.Model)])} ({panel.Source}) "
        + (panel.Settings.Samples > 1 ? $"{panel.Settings.Samples} times and keeps the best answer"
            : $"and fuses with {panel.Backends.First(backend => backend.Name == panel.Settings.Fuser).Model}")));

    private static string Listed(string[] names) => names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} and {names[^1]}";

    private sealed record FoundPanel(BackendSettings[] Backends, string Source, PanelSettings Settings);
}
