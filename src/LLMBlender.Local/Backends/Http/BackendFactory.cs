using System.ClientModel;
using System.ClientModel.Primitives;
using LLMBlender.Local.Settings;
using Microsoft.Extensions.AI;
using OllamaSharp;
using OpenAI;
using OpenAI.Chat;

namespace LLMBlender.Local.Backends.Http;

/// <summary>Creates backends from validated settings.</summary>
public static class BackendFactory
{
    /// <summary>Creates a backend.</summary>
    /// <param name="settings">The backend's settings.</param>
    /// <param name="key">The API key; null for none.</param>
    /// <param name="timeProvider">Measures retry delays and breaks.</param>
    public static Backend Create(BackendSettings settings, Secret? key, TimeProvider timeProvider)
    {
        var http = BackendHttp.Create(settings, key, timeProvider);
        var client = settings.Kind switch
        {
            BackendSettings.OpenAI => OpenAI(settings, key, http),
            BackendSettings.Ollama => Ollama(settings, http),
            _ => throw new ArgumentException($"backend \"{settings.Name}\" has kind \"{settings.Kind}\", and there is no client of that kind", nameof(settings)),
        };
        return new Backend(settings.Name, new GatedChatClient(client, settings, timeProvider)) { Settings = settings, Key = key };
    }

    private static IChatClient OpenAI(BackendSettings settings, Secret? key, HttpClient http)
    {
        // The HTTP client retries; a second layer of retries would multiply the attempts.
        var options = new OpenAIClientOptions
        {
            Endpoint = new Uri(settings.Url!),
            Transport = new HttpClientPipelineTransport(http),
            RetryPolicy = new ClientRetryPolicy(0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
        };
        return new ChatClient(settings.Model, new ApiKeyCredential(key?.Value ?? "none"), options).AsIChatClient();
    }

    private static OllamaApiClient Ollama(BackendSettings settings, HttpClient http) => new(http, settings.Model);
}
