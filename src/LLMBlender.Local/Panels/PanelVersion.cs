using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using LLMBlender.Local.Settings;
using LLMBlender.Local.Telemetry;

namespace LLMBlender.Local.Panels;

/// <summary>
/// Hashes what a panel's answers depend on besides the request. Every backend, scorer and panel counts and not only the members, because requests may name them.
/// </summary>
internal static class PanelVersion
{
    /// <summary>Hashes a panel's settings, and the content of the files that they name.</summary>
    public static string Of(PanelSettings settings)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(settings, PanelVersionJson.Default.PanelSettings));
        foreach (var file in ((string?[])[settings.Calibration, settings.Route]).OfType<string>())
        {
            hash.AppendData(File.ReadAllBytes(file));
        }

        return End(hash);
    }

    /// <summary>Hashes a panel with its backends, scorers, models and program.</summary>
    /// <param name="settings">The hash of its settings.</param>
    /// <param name="registry">The registry of the panel.</param>
    public static string Of(string settings, PanelRegistry registry)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(
            [SiloMetrics.Version, registry.ModelsVersion, settings, .. registry.Panels.Select(static panel => panel.Version)], PanelVersionJson.Default.StringArray));
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(
            [.. registry.Backends.Select(static backend => backend.Settings ?? new BackendSettings { Name = backend.Name })], PanelVersionJson.Default.BackendSettingsArray));
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(
            [.. registry.Scorers.Select(static scorer => scorer.Settings ?? new ScorerSettings { Name = scorer.Name })], PanelVersionJson.Default.ScorerSettingsArray));
        return End(hash);
    }

    private static string End(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
}

[JsonSerializable(typeof(PanelSettings))]
[JsonSerializable(typeof(BackendSettings[]))]
[JsonSerializable(typeof(ScorerSettings[]))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class PanelVersionJson : JsonSerializerContext;
