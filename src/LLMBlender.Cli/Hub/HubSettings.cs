using LLMBlender.Records;

namespace LLMBlender.Cli.Hub;

/// <summary>The hub's endpoint and cache, from the environment variables of Hugging Face's tools.</summary>
/// <param name="Endpoint">The hub's address, or a mirror's, with a final slash.</param>
/// <param name="Token">The access token; null if there is none.</param>
/// <param name="CacheFolder">The cache's folder.</param>
/// <param name="IsOffline">Whether downloads are disabled.</param>
internal sealed record HubSettings(Uri Endpoint, string? Token, string CacheFolder, bool IsOffline)
{
    private const string DefaultEndpoint = "https://huggingface.co";

    /// <summary>Reads <c>HF_ENDPOINT</c>, <c>HF_TOKEN</c>, <c>HF_TOKEN_PATH</c>, <c>HF_HUB_CACHE</c>, <c>HF_HOME</c> and <c>HF_HUB_OFFLINE</c>.</summary>
    /// <param name="terminal">The source of the environment variables.</param>
    /// <param name="offline">Whether the command line disables downloads.</param>
    /// <exception cref="UsageException">A variable's value is invalid.</exception>
    public static HubSettings Read(Terminal terminal, bool offline)
    {
        string? Variable(params string[] names) => names.Select(terminal.Variable).FirstOrDefault(value => !string.IsNullOrWhiteSpace(value));
        var user = Variable("HOME", "USERPROFILE") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string Folder(string path) => Path.GetFullPath(path.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(user, path[2..]) : path);
        var home = Folder(Variable("HF_HOME") ?? Path.Combine(Variable("XDG_CACHE_HOME") ?? Path.Combine(user, ".cache"), "huggingface"));
        return new HubSettings(
            ReadEndpoint(Variable("HF_ENDPOINT") ?? DefaultEndpoint),
            IsTrue(Variable("HF_HUB_DISABLE_IMPLICIT_TOKEN"))
                ? null
                : ReadToken(Variable("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"), Folder(Variable("HF_TOKEN_PATH") ?? Path.Combine(home, "token"))),
            Folder(Variable("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE") ?? Path.Combine(home, "hub")),
            offline || IsTrue(Variable("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")));
    }

    private static Uri ReadEndpoint(string text) =>
        Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var endpoint)
        && endpoint.Scheme is "http" or "https" && endpoint is { UserInfo: "", Query: "", Fragment: "" }
            ? endpoint
            : throw new UsageException("HF_ENDPOINT must be an address such as https://huggingface.co, without user, password or query");

    // The token is never included in a message.
    private static string? ReadToken(string? variable, string file)
    {
        var (token, source) = (variable, "HF_TOKEN");
        if (token is null && File.Exists(file))
        {
            try
            {
                (token, source) = (File.ReadAllText(file), file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new UsageException($"{file}: the access token can't be read: {e.Message}", e);
            }
        }

        token = token?.Trim();
        return string.IsNullOrEmpty(token) ? null
            : token.All(character => character is > ' ' and < (char)127) ? token
            : throw new UsageException($"{source} holds characters that an access token can't have");
    }

    private static bool IsTrue(string? text) => text?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE";
}
