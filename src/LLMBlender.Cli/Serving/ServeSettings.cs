using LLMBlender.Cli.Models;
using LLMBlender.Gateway;
using LLMBlender.Local.Panels;
using LLMBlender.Local.Settings;
using LLMBlender.Records;
using LLMBlender.Silo.Caching;
using LLMBlender.Silo.Calls;
using LLMBlender.Silo.Comparing;
using Microsoft.Extensions.Configuration;

namespace LLMBlender.Cli.Serving;

/// <summary>The section <c>LLMBlender</c> of a configuration file, with the settings that <c>serve</c> has no option for.</summary>
internal sealed class ServeSettings
{
    /// <summary>The section's name.</summary>
    public const string Section = "LLMBlender";

    // Sections that .NET and Orleans read, the name of the schema for editors, and this section, which does not exist for .NET if it is empty.
    private static readonly string[] OtherSections =
        ["$schema", Section, "Logging", "Kestrel", "AllowedHosts", "ConnectionStrings", "Orleans", "Urls", "OpenTelemetry"];

    /// <summary>The rankers, the default first: model folders, or names of folders in models/.</summary>
    public string[]? Rankers { get; set; }

    /// <summary>The fusers, the default first: <c>select</c>, model folders, or names of folders in models/.</summary>
    public string[]? Fusers { get; set; }

    /// <summary>
    /// The accelerators for comparisons: auto, cpu, cuda or cuda:N, one entry per worker; empty for none. Several entries of one device are as many
    /// workers with a stream of their own.
    /// </summary>
    public string[]? Accelerators { get; set; }

    /// <summary>
    /// Maximum memory that each ranker of each worker takes of its CUDA device, in MiB, at least 256; by default no limit.
    /// </summary>
    public int? AcceleratorMemory { get; set; }

    /// <summary>The panels, the default first; if empty, those of discovered backends and the sample panel.</summary>
    public PanelSettings[] Panels { get; set; } = [];

    /// <summary>The backends of the panels' members.</summary>
    public BackendSettings[] Backends { get; set; } = [];

    /// <summary>The scorers, which rank by their names.</summary>
    public ScorerSettings[] Scorers { get; set; } = [];

    /// <summary>A YAML file with LiteLLM's <c>model_list</c>; its models are added as backends.</summary>
    public string? LiteLLM { get; set; }

    /// <summary>
    /// Whether local model servers and API keys in the environment are discovered as backends if no panels are configured.
    /// </summary>
    public bool Discover { get; set; } = true;

    /// <summary>Callers and their limits.</summary>
    public GatewayOptions Gateway { get; set; } = new();

    /// <summary>Options of the comparison cache.</summary>
    public ComparisonCacheOptions Cache { get; set; } = new();

    /// <summary>Limits of the accelerators' queue.</summary>
    public CompareQueueOptions Queue { get; set; } = new();

    /// <summary>The process's admission limits and drain timeout.</summary>
    public AdmissionOptions Admission { get; set; } = new();

    /// <summary>The rankers' names, or the default.</summary>
    public string[] RankersOrDefault => Rankers ?? [ModelSearch.DefaultRanker];

    /// <summary>The fusers' names, or the default.</summary>
    public string[] FusersOrDefault => Fusers ?? [Core.Fusion.SelectFuser.FuserName];

    /// <summary>The accelerators, or the default.</summary>
    public string[] AcceleratorsOrDefault => Accelerators ?? ["auto"];

    /// <summary>Adds a file to a configuration and binds the section.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="file">A JSON file, or LiteLLM's YAML file, which contains only models; null for none.</param>
    /// <param name="mayBeMissing">Whether the file may be written later.</param>
    /// <exception cref="UsageException">The file can't be read, or a value is invalid.</exception>
    public static ServeSettings Read(IConfigurationManager configuration, string? file, bool mayBeMissing = false)
    {
        var settings = new ServeSettings();
        try
        {
            if (file is not null && Path.GetExtension(file) is ".yaml" or ".yml")
            {
                configuration[$"{Section}:{nameof(LiteLLM)}"] = Path.GetFullPath(file);
            }
            else if (file is not null)
            {
                configuration.Add(new SettingsFile(Path.GetFullPath(file), isOptional: mayBeMissing, Check, TimeProvider.System));
            }

            Bind(configuration, settings);
            return settings;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or InvalidOperationException or FormatException)
        {
            // A problem in a file begins with its path.
            var message = e.InnerException?.Message ?? e.Message;
            throw new UsageException(file is not null && message.StartsWith(Path.GetFullPath(file), StringComparison.Ordinal)
                ? $"--config: {file}{message[Path.GetFullPath(file).Length..]}" : $"--config: {file}: {message}", e);
        }
    }

    /// <summary>Checks that the fuser of each panel is one of the fusers, or a backend.</summary>
    /// <exception cref="SettingsException">A panel's fuser is unknown.</exception>
    public void CheckFusers(PanelRegistry panels)
    {
        var known = FusersOrDefault.Select(static fuser => Path.GetFileName(Path.TrimEndingDirectorySeparator(fuser))).ToArray();
        for (var i = 0; i < Panels.Length; i++)
        {
            if (Panels[i].Fuser is { } fuser && !known.Contains(fuser) && panels.FindBackend(fuser) is null)
            {
                throw new SettingsException(
                    $"{nameof(Panels)}:{i}:{nameof(PanelSettings.Fuser)} is \"{fuser}\", and must be one of {nameof(Fusers)} ({string.Join(", ", known)}) or the name of a backend"
                    + SettingsFields.Suggestion(fuser, [.. known, .. panels.Backends.Select(static backend => backend.Name)]))
                {
                    Key = $"{nameof(Panels)}:{i}:{nameof(PanelSettings.Fuser)}",
                };
            }
        }
    }

    private static void Check(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        var misplaced = typeof(ServeSettings).GetProperties().FirstOrDefault(property => configuration.GetSection(property.Name).Exists());
        if (!section.Exists() && misplaced is not null)
        {
            throw new SettingsException($"there is no \"{Section}\" object, and \"{misplaced.Name}\" must be in it: {{\"{Section}\": {{\"{misplaced.Name}\": …}}}}");
        }

        if (!section.Exists() && configuration.GetChildren().FirstOrDefault(static child => !Array.Exists(OtherSections, other => other.Equals(child.Key, StringComparison.OrdinalIgnoreCase))) is { } unknown)
        {
            throw new SettingsException(
                $"there is no \"{Section}\" object, which contains all settings{SettingsFields.Suggestion(unknown.Key, [Section])}; there is \"{unknown.Key}\"")
            { Key = unknown.Key };
        }

        SettingsFields.Check(section, typeof(ServeSettings));
        Bind(configuration, new ServeSettings());
    }

    private static void Bind(IConfiguration configuration, ServeSettings settings) =>
        configuration.GetSection(Section).Bind(settings, static binder => binder.ErrorOnUnknownConfiguration = true);
}
