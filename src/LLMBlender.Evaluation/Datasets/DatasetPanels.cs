using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Panels;
using LLMBlender.Local.Scoring;
using LLMBlender.Local.Settings;
using LLMBlender.Records;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;

namespace LLMBlender.Evaluation.Datasets;

/// <summary>Reads backends and panels from the configuration that <c>serve --config</c> reads; without one, the sample panel.</summary>
public static class DatasetPanels
{
    private const int AddressHashBytes = 8;
    private const int DigestCharacters = 16;

    /// <summary>Reads the configuration.</summary>
    /// <param name="config">A JSON file, LiteLLM's YAML, or null.</param>
    /// <param name="sources">The sources of recorded panels.</param>
    /// <param name="report">Called with each note for the user.</param>
    /// <exception cref="UsageException">The configuration is invalid or can't be read.</exception>
    public static PanelRegistry Read(string? config, PanelSources sources, Action<string> report)
    {
        var builder = new ConfigurationBuilder();
        try
        {
            if (config is not null && Path.GetExtension(config) is ".yaml" or ".yml")
            {
                builder.AddInMemoryCollection([new($"{PanelConfiguration.Section}:{nameof(PanelSection.LiteLLM)}", Path.GetFullPath(config!))]);
            }
            else if (config is not null)
            {
                builder.AddJsonFile(Path.GetFullPath(config), optional: false);
            }

            builder.AddEnvironmentVariables();
            return PanelRegistryBuilder.Build(PanelConfiguration.Read(builder.Build()), DiscoveredBackends.None, sources, null, report);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or FormatException or SettingsException or RecordException)
        {
            throw new UsageException($"--config: {config}: {e.InnerException?.Message ?? e.Message}", e);
        }
    }

    /// <summary>
    /// The settings that a backend's answers depend on, in one line: stored work is reused only if it is equal. It contains
    /// only a hash of the backend's address, because reports are shared.
    /// </summary>
    public static string Identity(Backend backend) => backend.Settings is { } settings
        ? $"{backend.Name} {settings.Kind} {settings.Model} {AddressHash(settings.Url)} max-tokens {settings.MaxTokens?.ToString(CultureInfo.InvariantCulture) ?? "none"}"
        : $"{backend.Name} recorded {backend.Client.GetService<RecordedAnswers>()?.Digest[..DigestCharacters]}";

    /// <summary>The settings that a scorer's scores depend on, in one line, like those of a backend.</summary>
    public static string Identity(Scorer scorer)
    {
        var settings = scorer.Settings;
        var scores = settings.ScoresAreProbabilities ? ScorerSettings.Probability : ScorerSettings.Logit;
        return $"{settings.Name} {settings.Kind} {settings.Model} {AddressHash(settings.Url)} {scores} label {settings.Label ?? "none"}";
    }

    private static string AddressHash(string? url) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(url ?? ""))[..AddressHashBytes]);
}
