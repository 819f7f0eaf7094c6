using System.Net.Http.Headers;
using System.Text.Json;

namespace LLMBlender.Local.Settings.Discovery;

/// <summary>Reads the lists of models of servers and providers. A server that does not answer in time, or with something else, has none.</summary>
internal sealed class ModelLists(TimeSpan timeout) : IDisposable
{
    private const int MaxListBytes = 16 << 20;
    private const string OwnModels = "llmblender";

    // No proxy and no redirect: the request stays on the machine that it names.
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false })
    {
        Timeout = timeout,
        MaxResponseContentBufferSize = MaxListBytes,
    };

    // Providers are reached as blends reach them, through a configured proxy.
    private readonly HttpClient proxied = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = timeout, MaxResponseContentBufferSize = MaxListBytes };

    /// <summary>The chat models of a server, in its order.</summary>
    public Task<ListedModel[]> OfServerAsync(ServerPlace place, string? key, CancellationToken cancellationToken)
    {
        var client = place.Url.IsLoopback ? http : proxied;
        return place.Kind == BackendSettings.Ollama
            ? ReadAsync(client, new Uri(place.Url, "/api/tags"), null, null, "models", OllamaModel, cancellationToken)
            : ReadAsync(client, new Uri($"{place.Url.ToString().TrimEnd('/')}/models"), place.Kind, key, "data", OpenAIModel, cancellationToken);
    }

    /// <summary>The chat models that a provider offers to a key, in its order.</summary>
    public Task<ListedModel[]> OfProviderAsync(Providers provider, string key, CancellationToken cancellationToken) =>
        ReadAsync(
            proxied,
            new Uri(provider.Kind == BackendSettings.Anthropic ? $"{provider.Url}/v1/models?limit=100" : $"{provider.Url}/models"),
            provider.Kind, key, "data", OpenAIModel, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        http.Dispose();
        proxied.Dispose();
    }

    private static async Task<ListedModel[]> ReadAsync(
        HttpClient client, Uri url, string? kind, string? key, string list, Func<JsonElement, ListedModel?> read, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        try
        {
            if (kind == BackendSettings.Anthropic)
            {
                request.Headers.Add("x-api-key", key);
                request.Headers.Add("anthropic-version", "2023-06-01");
            }
            else if (key is not null)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            }

            using var response = await client.SendAsync(request, cancellationToken);
            response.EnsureSuccessStatusCode();
            using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            return [.. json.RootElement.GetProperty(list).EnumerateArray().Select(read).OfType<ListedModel>().Where(static model => model.Chats)];
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested
            && e is HttpRequestException or OperationCanceledException or JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return [];
        }
    }

    // A model with a remote host runs on ollama.com: its prompts would leave the machine. Tags of one model have the same digest.
    private static ListedModel? OllamaModel(JsonElement model) =>
        Text(model, "name") is not { Length: > 0 } name || Text(model, "remote_host") is { Length: > 0 } || name.EndsWith("-cloud", StringComparison.Ordinal) ? null
        : model.TryGetProperty("details", out var details) && Text(details, "family")?.Contains("bert", StringComparison.OrdinalIgnoreCase) == true ? null
        : new ListedModel(name, Text(model, "modified_at"), Math.Max(
            ListedModel.ReadBillions(details.ValueKind == JsonValueKind.Object ? Text(details, "parameter_size") : null), ListedModel.ReadBillions(name)))
        { Digest = Text(model, "digest") };

    // A server of LLMBlender on the port of another one lists its panels.
    private static ListedModel? OpenAIModel(JsonElement model) =>
        Text(model, "id") is not { Length: > 0 } id || Text(model, "owned_by") == OwnModels || Text(model, "type") is "embeddings" or "embedding" ? null
        : new ListedModel(
            id.StartsWith("models/", StringComparison.Ordinal) ? id["models/".Length..] : id,
            Text(model, "created_at") ?? (model.TryGetProperty("created", out var created) ? $"{created,20}" : null),
            ListedModel.ReadBillions(id));

    private static string? Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
