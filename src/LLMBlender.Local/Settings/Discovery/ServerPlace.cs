namespace LLMBlender.Local.Settings.Discovery;

/// <summary>An address at which a person's own model server may be.</summary>
/// <param name="Name">The prefix of its backends' names.</param>
/// <param name="Title">The server's name in messages.</param>
/// <param name="Kind">The API, a kind of <see cref="BackendSettings"/>.</param>
/// <param name="Url">The URL of its backends.</param>
/// <param name="KeyVariable">The environment variable that contains its key; null if it needs none.</param>
internal sealed record ServerPlace(string Name, string Title, string Kind, Uri Url, string? KeyVariable = null)
{
    /// <summary>The variable with the address of Ollama, which its own programs use.</summary>
    public const string OllamaVariable = "OLLAMA_HOST";

    /// <summary>The variable with the address of an OpenAI-compatible server, which OpenAI's clients use.</summary>
    public const string OpenAIVariable = "OPENAI_BASE_URL";

    private const int OllamaPort = 11434;

    /// <summary>
    /// The usual ports of model servers on this machine, and the addresses that variables name. Other machines are asked only where a variable
    /// names them.
    /// </summary>
    public static IReadOnlyList<ServerPlace> All(Func<string, string?> variable)
    {
        var places = new List<ServerPlace>
        {
            new("ollama", "Ollama", BackendSettings.Ollama, OllamaUrl(variable(OllamaVariable))),
            new("lm_studio", "LM Studio", BackendSettings.OpenAI, new Uri("http://127.0.0.1:1234/v1")),
            new("vllm", "vLLM", BackendSettings.OpenAI, new Uri("http://127.0.0.1:8000/v1")),
            new("llama.cpp", "llama.cpp", BackendSettings.OpenAI, new Uri("http://127.0.0.1:8080/v1")),
        };
        if (NamedServer(variable) is { } named)
        {
            places.RemoveAll(place => place.Url.Authority == named.Url.Authority);
            places.Insert(0, named);
        }

        return places;
    }

    /// <summary>The server that <see cref="OpenAIVariable"/> names; null if there is none, or if it is OpenAI itself.</summary>
    public static ServerPlace? NamedServer(Func<string, string?> variable) =>
        Uri.TryCreate(variable(OpenAIVariable)?.TrimEnd('/'), UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            && url.Host != "api.openai.com" && url.UserInfo.Length == 0
            ? new ServerPlace("openai", "the server of OPENAI_BASE_URL", BackendSettings.OpenAI, url, variable("OPENAI_API_KEY") is { Length: > 0 } ? "OPENAI_API_KEY" : null)
            : null;

    // Ollama reads HOST, :PORT, HOST:PORT and URLs; a server that listens on all addresses is asked on this machine.
    private static Uri OllamaUrl(string? text)
    {
        text = text?.Trim().TrimEnd('/') ?? "";
        var address = text.Contains("://", StringComparison.Ordinal) ? text : text.StartsWith(':') ? $"http://127.0.0.1{text}" : $"http://{text}";
        if (text.Length == 0 || !Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0)
        {
            return new Uri(Providers.OllamaUrl);
        }

        var hasPort = address.AsSpan(address.IndexOf("://", StringComparison.Ordinal) + 3).Contains($":{url.Port}", StringComparison.Ordinal);
        return new UriBuilder(url)
        {
            Host = url.Host is "0.0.0.0" or "[::]" ? "127.0.0.1" : url.Host,
            Port = hasPort || text.Contains("://", StringComparison.Ordinal) ? url.Port : OllamaPort,
        }.Uri;
    }
}
