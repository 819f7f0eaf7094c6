using System.Security.Cryptography;
using System.Text;
using LLMBlender.Gateway;
using LLMBlender.Records;
using Microsoft.Extensions.Configuration;

namespace LLMBlender.Cli.Serving;

/// <summary>The only caller of <c>serve --quick</c>: a server that others can use at once, and nobody without its key.</summary>
internal static class QuickKey
{
    /// <summary>The environment variable with the key; a new one is made if it is not set.</summary>
    public const string Variable = "LLMBLENDER_KEY";

    /// <summary>The environment variable with the name of a file with the key, used if there is no key in <see cref="Variable"/>.</summary>
    public const string FileVariable = "LLMBLENDER_KEY_FILE";

    /// <summary>The URLs to listen on.</summary>
    public const string Urls = "http://*:8080";

    private const string Name = "quick";
    private const int KeyBytes = 24;

    /// <summary>Adds the caller to the configuration.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="variable">Reads an environment variable.</param>
    /// <param name="editsSettings">Whether the caller may edit the settings.</param>
    /// <returns>A note for the operator, with the key if it is new.</returns>
    /// <exception cref="UsageException">The file cannot be read or is empty.</exception>
    public static string Add(IConfigurationManager configuration, Func<string, string?> variable, bool editsSettings = false)
    {
        var file = variable(Variable) is { Length: > 0 } ? null : variable(FileVariable) is { Length: > 0 } named ? named : null;
        var given = variable(Variable) is { Length: > 0 } set ? set : file is not null ? Read(file) : null;
        var key = given ?? $"llmblender-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes))}";
        configuration[$"{GatewayOptions.Section}:{nameof(GatewayOptions.Callers)}:0:{nameof(CallerOptions.Name)}"] = Name;
        configuration[$"{GatewayOptions.Section}:{nameof(GatewayOptions.Callers)}:0:{nameof(CallerOptions.KeySha256)}"] =
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        configuration[$"{GatewayOptions.Section}:{nameof(GatewayOptions.Callers)}:0:{nameof(CallerOptions.EditsSettings)}"] = editsSettings ? bool.TrueString : bool.FalseString;
        return given is not null
            ? $"requests need the key in {file ?? $"${Variable}"}"
            : $"requests need the key {key} (Authorization: Bearer, or on the page under Key); it is new at each start unless ${Variable} sets it";
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim() is { Length: > 0 } key ? key : throw new UsageException($"{FileVariable}: {file} is empty, and must hold a key");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{FileVariable}: {file} cannot be read: {e.Message}", e);
        }
    }
}
