using LLMBlender.Local.Settings;
using LLMBlender.Local.Wire;

namespace LLMBlender.Local.Backends;

/// <summary>Creates backends from validated settings.</summary>
public static class BackendFactory
{
    /// <summary>Creates a backend.</summary>
    /// <param name="settings">The backend's settings.</param>
    /// <param name="key">The API key; null for none.</param>
    /// <param name="timeProvider">Measures time limits, retry delays and breaks.</param>
    public static Backend Create(BackendSettings settings, Secret? key, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var wire = new WireSettings(new Uri(settings.Url!), settings.Model)
        {
            Key = key,
            ApiVersion = settings.ApiVersion,
            TokenLimitField = settings.TokenLimitField,
            DroppedFields = settings.DroppedFields,
            MaxAnswerLength = settings.MaxAnswerBytes,
            IdleTimeout = settings.IdleTimeout,
            AttemptTimeout = settings.AttemptTimeout,
        };
        var client = new WireChatClient(Protocol(settings, wire), CreateHttp(settings), wire, BackendRetries.Create(settings, timeProvider), timeProvider);
        return new Backend(settings.Name, new GatedChatClient(client, settings, timeProvider)) { Settings = settings, Key = key };
    }

    private static IWireProtocol Protocol(BackendSettings settings, WireSettings wire) => settings.Kind switch
    {
        BackendSettings.OpenAI => OpenAIProtocol.Create(wire),
        BackendSettings.Azure => OpenAIProtocol.CreateAzure(wire),
        BackendSettings.Anthropic => new AnthropicProtocol(wire),
        BackendSettings.Ollama => new OllamaProtocol(wire),
        _ => throw new ArgumentException($"backend \"{settings.Name}\" has kind \"{settings.Kind}\", and there is no client of that kind", nameof(settings)),
    };

    private static HttpClient CreateHttp(BackendSettings settings)
    {
        var sockets = new SocketsHttpHandler
        {
            // A redirect would send the prompt and the key to another server.
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ConnectTimeout = settings.ConnectTimeout,
            MaxResponseHeadersLength = 64,
        };
        return new HttpClient(sockets) { Timeout = Timeout.InfiniteTimeSpan };
    }
}
