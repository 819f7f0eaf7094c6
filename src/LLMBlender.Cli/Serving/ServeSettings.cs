using LLMBlender.Cli.Models;
using LLMBlender.Gateway;
using LLMBlender.Local.Backends;
using LLMBlender.Records;
using LLMBlender.Silo.Caching;
using LLMBlender.Silo.Calls;
using LLMBlender.Silo.Comparing;
using Microsoft.Extensions.Configuration;

namespace LLMBlender.Cli.Serving;

/// <summary>The section <c>LLMBlender</c> of a configuration file: what no option of <c>serve</c> says.</summary>
internal sealed class ServeSettings
{
    /// <summary>The section's name.</summary>
    public const string Section = "LLMBlender";

    /// <summary>The rankers, the default one first: model folders, or names of some under models/.</summary>
    public string[]? Rankers { get; set; }

    /// <summary>The fusers, the default one first: <c>select</c>, model folders, or names of some under models/.</summary>
    public string[]? Fusers { get; set; }

    /// <summary>What compares: auto, cpu, cuda, cuda:N, each as often as there should be workers on it; empty for none.</summary>
    public string[]? Accelerators { get; set; }

    /// <summary>The panels, the default one first; without any, the sample panel.</summary>
    public PanelSettings[] Panels { get; set; } = [];

    /// <summary>The backends that panels ask.</summary>
    public BackendSettings[] Backends { get; set; } = [];

    /// <summary>A YAML file with LiteLLM's <c>model_list</c>, whose models become backends.</summary>
    public string? LiteLLM { get; set; }

    /// <summary>Whether model servers and keys that are there anyway are offered as backends where no panels are configured.</summary>
    public bool Discover { get; set; } = true;

    /// <summary>Who may ask, and how much at once.</summary>
    public GatewayOptions Gateway { get; set; } = new();

    /// <summary>How comparisons are kept.</summary>
    public ComparisonCacheOptions Cache { get; set; } = new();

    /// <summary>How much may wait for the accelerators.</summary>
    public CompareQueueOptions Queue { get; set; } = new();

    /// <summary>How much the process takes on at a time, and how long its shutdown waits.</summary>
    public AdmissionOptions Admission { get; set; } = new();

    /// <summary>The rankers' names where the file names none.</summary>
    public string[] RankersOrDefault => Rankers ?? [ModelSearch.DefaultRanker];

    /// <summary>The fusers' names where the file names none.</summary>
    public string[] FusersOrDefault => Fusers ?? [Core.Fusion.SelectFuser.FuserName];

    /// <summary>The accelerators where the file names none.</summary>
    public string[] AcceleratorsOrDefault => Accelerators ?? ["auto"];

    /// <summary>Adds a file to a configuration, and binds the section.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="file">A JSON file, or a YAML file of LiteLLM's, which lists models alone; null for none.</param>
    /// <exception cref="UsageException">The file can't be read, or a value is none of its property's.</exception>
    public static ServeSettings Read(IConfigurationManager configuration, string? file)
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
                configuration.AddJsonFile(Path.GetFullPath(file), optional: false, reloadOnChange: true);
            }

            configuration.GetSection(Section).Bind(settings, binder => binder.ErrorOnUnknownConfiguration = true);
            return settings;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or InvalidOperationException or FormatException)
        {
            throw new UsageException($"--config: {file}: {e.InnerException?.Message ?? e.Message}", e);
        }
    }
}
