using System.Text.Json;

namespace LLMBlender.Local.Settings;

/// <summary>Backends that are available without configuration: a local Ollama server, and providers with a key in the environment.</summary>
/// <param name="Backends">The backends.</param>
/// <param name="Panels">The panels of these backends; never the default panel.</param>
/// <param name="Notes">Messages for the operator.</param>
public sealed record DiscoveredBackends(BackendSettings[] Backends, PanelSettings[] Panels, string[] Notes)
{
    private const int MaxModels = 8;
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMilliseconds(500);

    /// <summary>A result without backends.</summary>
    public static DiscoveredBackends None { get; } = new([], [], []);

    /// <summary>Searches for backends.</summary>
    /// <param name="variable">Reads an environment variable.</param>
    /// <param name="ollama">The address of an Ollama server; null for its default port on this machine.</param>
    /// <param name="timeout">The time limit of the request to Ollama; null for 500 milliseconds.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    public static async Task<DiscoveredBackends> FindAsync(Func<string, string?> variable, Uri? ollama, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(variable);
        var backends = new List<BackendSettings>();
        var panels = new List<PanelSettings>();
        var notes = new List<string>();
        var address = ollama ?? new Uri(Providers.OllamaUrl);
        var models = await OllamaModelsAsync(address, timeout ?? DefaultTimeout, cancellationToken);
        if (models.Length > 0)
        {
            var found = models.Select(model => new BackendSettings
            {
                Name = $"ollama/{model}",
                Kind = BackendSettings.Ollama,
                Url = address.GetLeftPart(UriPartial.Authority),
                Model = model,
            }).ToArray();
            Add("ollama", $"the models of the Ollama server on {address.Authority}", found);
        }

        var keyed = Providers.All
            .Where(provider => provider is { KeyVariable: not null, Model: not null } && variable(provider.KeyVariable) is { Length: > 0 })
            .Select(static provider => new BackendSettings
            {
                Name = $"{provider.Name}/{provider.Model}",
                Kind = provider.Kind,
                Url = provider.Url,
                Model = provider.Model!,
                KeyVariable = provider.KeyVariable,
            }).ToArray();
        if (keyed.Length > 0)
        {
            Add("providers", $"providers whose keys are in the environment: {string.Join(", ", keyed.Select(static backend => backend.KeyVariable))}", keyed);
        }

        return new DiscoveredBackends([.. backends], [.. panels], [.. notes]);

        void Add(string panel, string what, BackendSettings[] found)
        {
            backends.AddRange(found);
            panels.Add(new PanelSettings { Name = panel, Description = what, Members = [.. found.Select(static backend => backend.Name)] });
            notes.Add($"panel \"{panel}\" is offered: {what}; only requests that name it use it");
        }
    }

    private static async Task<string[]> OllamaModelsAsync(Uri address, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { Timeout = timeout, MaxResponseContentBufferSize = 1 << 20 };
        try
        {
            using var json = JsonDocument.Parse(await http.GetByteArrayAsync(new Uri(address, "/api/tags"), cancellationToken));
            return [.. json.RootElement.GetProperty("models").EnumerateArray().Select(static model => model.GetProperty("name").GetString()!).Take(MaxModels)];
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested
            && e is HttpRequestException or OperationCanceledException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return [];
        }
    }
}
