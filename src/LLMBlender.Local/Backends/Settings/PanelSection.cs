namespace LLMBlender.Local.Backends;

/// <summary>What a configuration says of backends and panels.</summary>
public sealed class PanelSection
{
    /// <summary>The backends.</summary>
    public BackendSettings[] Backends { get; set; } = [];

    /// <summary>The panels, the default one first.</summary>
    public PanelSettings[] Panels { get; set; } = [];

    /// <summary>A YAML file with LiteLLM's <c>model_list</c>, whose models become backends; null for none.</summary>
    public string? LiteLLM { get; set; }

    /// <summary>Whether, without any panels, model servers and keys that are there anyway are offered as backends.</summary>
    public bool Discover { get; set; } = true;
}
