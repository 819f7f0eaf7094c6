using Microsoft.Extensions.Options;

namespace LLMBlender.Gateway;

/// <summary>Validates <see cref="GatewayOptions"/>; an error contains property, value and rule.</summary>
internal sealed class GatewayOptionsValidator : IValidateOptions<GatewayOptions>
{
    private const int HashLength = 64;

    private static readonly TimeSpan LongestLeave = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        var failures = Failures(options).ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Failures(GatewayOptions options)
    {
        if (options.MaxRequestBytes < 1024)
        {
            yield return Failure("MaxRequestBytes", options.MaxRequestBytes, "at least 1024");
        }

        if (options.MaxCachedBytes < 1024 * 1024)
        {
            yield return Failure("MaxCachedBytes", options.MaxCachedBytes, "at least 1048576");
        }

        if (options.Recording.MaxFileBytes < 64 * 1024)
        {
            yield return Failure("Recording:MaxFileBytes", options.Recording.MaxFileBytes, "at least 65536");
        }

        if (options.Recording.MaxBytes < options.Recording.MaxFileBytes)
        {
            yield return Failure("Recording:MaxBytes", options.Recording.MaxBytes, $"at least MaxFileBytes, {options.Recording.MaxFileBytes}");
        }

        if (options.LeaveTime < TimeSpan.Zero || options.LeaveTime > LongestLeave)
        {
            yield return Failure("LeaveTime", options.LeaveTime, $"a time from 0 to {LongestLeave}");
        }

        for (var i = 0; i < options.AllowedOrigins.Length; i++)
        {
            var origin = options.AllowedOrigins[i];
            if (!IsOrigin(origin, options))
            {
                yield return Failure(
                    $"AllowedOrigins:{i}", origin, "the scheme, host and perhaps port of a site or app, such as https://app.example or app://obsidian.md, and nothing after it; or null or *, if there are Callers, whose keys pages then need");
            }
        }

        foreach (var failure in options.Callers.SelectMany((caller, i) => Failures(options, caller, $"Callers:{i}")))
        {
            yield return failure;
        }
    }

    // Apps have schemes of their own. A page without an origin sends "null".
    private static bool IsOrigin(string origin, GatewayOptions options)
    {
        if (origin is GatewayOptions.AnyOrigin or "null")
        {
            return options.Callers.Length > 0;
        }

        return Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0 && uri.Host.Length > 0
            && string.Equals($"{uri.Scheme}://{uri.Authority}", origin, StringComparison.OrdinalIgnoreCase)
            && uri.Scheme is not ("file" or "ftp" or "data");
    }

    private static IEnumerable<string> Failures(GatewayOptions options, CallerOptions caller, string path)
    {
        if (string.IsNullOrWhiteSpace(caller.Name) || options.Callers.Count(other => other.Name == caller.Name) > 1)
        {
            yield return Failure($"{path}:Name", caller.Name, "a name that no other caller has");
        }

        if (caller.KeySha256.Length != HashLength || !caller.KeySha256.All(char.IsAsciiHexDigit))
        {
            // The value is not shown: it may be the key itself, configured by mistake.
            yield return $"{GatewayOptions.Section}:{path}:KeySha256 has {caller.KeySha256.Length} characters, and must be 64 hexadecimal digits: the SHA-256 of the key";
        }
        else if (options.Callers.Count(other => string.Equals(other.KeySha256, caller.KeySha256, StringComparison.OrdinalIgnoreCase)) > 1)
        {
            yield return $"{GatewayOptions.Section}:{path}:KeySha256 is another caller's too, and must be of a key that no other caller has";
        }

        foreach (var failure in Limits(caller, path))
        {
            yield return failure;
        }
    }

    private static IEnumerable<string> Limits(CallerOptions caller, string path)
    {
        if (caller.RequestsPerMinute < 1)
        {
            yield return Failure($"{path}:RequestsPerMinute", caller.RequestsPerMinute, "at least 1");
        }

        if (caller.MaxConcurrency < 1)
        {
            yield return Failure($"{path}:MaxConcurrency", caller.MaxConcurrency, "at least 1");
        }

        if (caller.SpendPerDay < 0)
        {
            yield return Failure($"{path}:SpendPerDay", caller.SpendPerDay, "at least 0");
        }

        if (caller.TokensPerDay < 0)
        {
            yield return Failure($"{path}:TokensPerDay", caller.TokensPerDay, "at least 0");
        }
    }

    private static string Failure(string property, object? value, string rule) => $"{GatewayOptions.Section}:{property} is \"{value}\", and must be {rule}";
}
