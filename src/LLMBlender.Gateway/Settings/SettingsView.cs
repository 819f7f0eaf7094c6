using System.Text.Json;

namespace LLMBlender.Gateway.Settings;

/// <summary>What the settings page shows of the configuration file.</summary>
public sealed record SettingsView
{
    /// <summary>The file's path.</summary>
    public required string File { get; init; }

    /// <summary>Identifies the file's content; a change names it.</summary>
    public required string Version { get; init; }

    /// <summary>The backends.</summary>
    public required SettingsItem[] Backends { get; init; }

    /// <summary>The panels, the default first.</summary>
    public required SettingsItem[] Panels { get; init; }

    /// <summary>The rankers, the default first; empty for the packaged one.</summary>
    public required string[] Rankers { get; init; }

    /// <summary>The fusers, the default first; empty for <c>select</c>.</summary>
    public required string[] Fusers { get; init; }

    /// <summary>What values can be.</summary>
    public required SettingsChoices Choices { get; init; }

    /// <summary>Whether the server has to be restarted for the file's rankers and fusers.</summary>
    public bool NeedsRestart { get; init; }
}

/// <summary>A backend or panel of the file.</summary>
/// <param name="Values">An object of the fields that can be edited and are in the file.</param>
/// <param name="Others">The names of its other fields, which stay as they are.</param>
public sealed record SettingsItem(JsonElement Values, string[] Others);

/// <summary>Known values.</summary>
public sealed record SettingsChoices
{
    /// <summary>The kinds of backends.</summary>
    public required string[] Kinds { get; init; }

    /// <summary>The aggregations.</summary>
    public required string[] Aggregates { get; init; }

    /// <summary>The models that rank.</summary>
    public required string[] Rankers { get; init; }

    /// <summary>The models that fuse.</summary>
    public required string[] Fusers { get; init; }

    /// <summary>Rankers and fusers that are neither models nor backends: scorers of the file.</summary>
    public required string[] Scorers { get; init; }

    /// <summary>The usual environment variables of keys.</summary>
    public required string[] KeyVariables { get; init; }
}
