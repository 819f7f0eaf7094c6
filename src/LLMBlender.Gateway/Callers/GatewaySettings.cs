namespace LLMBlender.Gateway.Callers;

/// <summary>Who may ask, and how much at once.</summary>
public sealed class GatewaySettings
{
    /// <summary>Those who may ask. Without any, whoever is on this machine may, and nobody else.</summary>
    public CallerSettings[] Callers { get; set; } = [];

    /// <summary>Whether, without any callers, everybody may ask who reaches the server.</summary>
    public bool AllowAnonymous { get; set; }

    /// <summary>
    /// The origins of other sites whose pages may ask, such as <c>https://app.example</c>; none by default. Their users' keys are
    /// wanted all the same.
    /// </summary>
    public string[] AllowedOrigins { get; set; } = [];

    /// <summary>How long a request's body may be, in bytes; from 1 KiB.</summary>
    public long MaxRequestBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>Checks it.</summary>
    /// <exception cref="ArgumentException">A rule is broken; the message names property, value and rule.</exception>
    public void Check(string path)
    {
        if (MaxRequestBytes < 1024)
        {
            throw Broken($"{path}:MaxRequestBytes", MaxRequestBytes, "at least 1024");
        }

        for (var i = 0; i < AllowedOrigins.Length; i++)
        {
            var origin = AllowedOrigins[i];
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.UserInfo.Length > 0
                || !string.Equals(uri.GetLeftPart(UriPartial.Authority), origin, StringComparison.OrdinalIgnoreCase))
            {
                throw Broken($"{path}:AllowedOrigins:{i}", origin, "the scheme, host and perhaps port of a site, such as https://app.example, and nothing after it");
            }
        }

        for (var i = 0; i < Callers.Length; i++)
        {
            var (caller, at) = (Callers[i], $"{path}:Callers:{i}");
            if (string.IsNullOrWhiteSpace(caller.Name) || Callers.Count(other => other.Name == caller.Name) > 1)
            {
                throw Broken($"{at}:Name", caller.Name, "a name that no other caller has");
            }

            if (caller.KeySha256.Length != 64 || !caller.KeySha256.All(char.IsAsciiHexDigit))
            {
                // Whoever wrote a key here by mistake does not want to see it again in a log.
                throw new ArgumentException($"{at}:KeySha256 has {caller.KeySha256.Length} characters, and must be 64 hexadecimal digits: the SHA-256 of the key");
            }

            if (caller.RequestsPerMinute < 1 || caller.SpendPerDay < 0 || caller.TokensPerDay < 0)
            {
                throw new ArgumentException($"{at}: limits must not be negative, and RequestsPerMinute must be at least 1");
            }
        }
    }

    private static ArgumentException Broken(string property, object value, string rule) => new($"{property} is \"{value}\", and must be {rule}");
}
