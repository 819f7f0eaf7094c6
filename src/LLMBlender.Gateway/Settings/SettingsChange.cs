using System.Text.Json;

namespace LLMBlender.Gateway.Settings;

/// <summary>A change of the configuration file.</summary>
public sealed record SettingsChange
{
    /// <summary>The version of the settings that it changes.</summary>
    public required string Version { get; init; }

    /// <summary>All backends in their new order.</summary>
    public required ItemChange[] Backends { get; init; }

    /// <summary>All panels in their new order.</summary>
    public required ItemChange[] Panels { get; init; }

    /// <summary>The rankers; empty for the packaged one, null for those of the file.</summary>
    public string[]? Rankers { get; init; }

    /// <summary>The fusers; empty for <c>select</c>, null for those of the file.</summary>
    public string[]? Fusers { get; init; }
}

/// <summary>A backend or panel after a change.</summary>
public sealed record ItemChange
{
    /// <summary>Its place in the file, from 0; null for a new one.</summary>
    public int? Was { get; init; }

    /// <summary>An object of the fields that change; null as a field's value removes it.</summary>
    public required JsonElement Set { get; init; }
}

/// <summary>Models that could be backends.</summary>
/// <param name="Models">The models.</param>
public sealed record FoundBackends(FoundBackend[] Models);

/// <summary>A model that could be a backend.</summary>
/// <param name="Name">The name that a backend would get.</param>
/// <param name="Kind">The API.</param>
/// <param name="Url">The server's URL.</param>
/// <param name="Model">The server's name for it.</param>
/// <param name="KeyVariable">The environment variable with the key; null for none.</param>
public sealed record FoundBackend(string Name, string Kind, string Url, string Model, string? KeyVariable);
