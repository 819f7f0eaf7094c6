using System.Text.Json;

namespace LLMBlender.Local.Backends;

/// <summary>What can be asked without anybody having configured it: an Ollama on this machine, keys in the environment.</summary>
/// <param name="Backends">The backends.</param>
/// <param name="Panels">The panels that they are offered as; none is ever the default.</param>
/// <param name="Notes">What to tell whoever starts the server.</param>
public sealed record Discovered(BackendSettings[] Backends, PanelSettings[] Panels, string[] Notes)
{
    private const int MostModels = 8;
    private static readonly TimeSpan UsualPatience = TimeSpan.FromMilliseconds(500);

    /// <summary>Nothing.</summary>
    public static Discovered Nothing { get; } = new([], [], []);

    /// <summary>Looks.</summary>
    /// <param name="variable">Reads an environment variable.</param>
    /// <param name="ollama">Where an Ollama may be; null for its default port on this machine.</param>
    /// <param name="patience">How long an Ollama may take to answer; null for half a second.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<Discovered> LookAsync(Func<string, string?> variable, Uri? ollama, TimeSpan? patience, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(variable);
        var backends = new List<BackendSettings>();
        var panels = new List<PanelSettings>();
        var notes = new List<string>();
        var address = ollama ?? new Uri(Providers.OllamaUrl);
        var models = await OllamaModelsAsync(address, patience ?? UsualPatience, cancellationToken);
        if (models.Length > 0)
        {
            var found = models.Select(model => new BackendSettings
            {
                Name = $"ollama/{model}",
                Kind = BackendSettings.Ollama,
                Url = address.GetLeftPart(UriPartial.Authority),
                Model = model,
            }).ToArray();
            Offer("ollama", $"the models of the Ollama on {address.Authority}", found);
        }

        var keyed = Providers.All
            .Where(provider => provider is { KeyVariable: not null, Model: not null } && variable(provider.KeyVariable) is { Length: > 0 })
            .Select(static provider => new BackendSettings
            {
                Name = $"{provider.Name}/{provider.Model}",
                Url = provider.Url,
                Model = provider.Model!,
                KeyVariable = provider.KeyVariable,
            }).ToArray();
        if (keyed.Length > 0)
        {
            Offer("providers", $"providers whose keys are in the environment: {string.Join(", ", keyed.Select(static backend => backend.KeyVariable))}", keyed);
        }

        return new Discovered([.. backends], [.. panels], [.. notes]);

        void Offer(string panel, string what, BackendSettings[] found)
        {
            backends.AddRange(found);
            panels.Add(new PanelSettings { Name = panel, Description = what, Members = [.. found.Select(static backend => backend.Name)] });
            notes.Add($"panel \"{panel}\" is offered: {what}; it is asked only where a request names it");
        }
    }

    private static async Task<string[]> OllamaModelsAsync(Uri address, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { Timeout = patience, MaxResponseContentBufferSize = 1 << 20 };
        try
        {
            using var json = JsonDocument.Parse(await http.GetByteArrayAsync(new Uri(address, "/api/tags"), cancellationToken));
            return [.. json.RootElement.GetProperty("models").EnumerateArray().Select(static model => model.GetProperty("name").GetString()!).Take(MostModels)];
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested
            && e is HttpRequestException or OperationCanceledException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return [];
        }
    }
}
