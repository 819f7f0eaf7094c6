namespace LLMBlender.Local.Settings;

/// <summary>The backends, scorers and panels of a configuration.</summary>
public sealed class PanelSection
{
    /// <summary>The backends.</summary>
    public BackendSettings[] Backends { get; set; } = [];

    /// <summary>The scorers.</summary>
    public ScorerSettings[] Scorers { get; set; } = [];

    /// <summary>The panels, the default first.</summary>
    public PanelSettings[] Panels { get; set; } = [];

    /// <summary>A YAML file with LiteLLM's <c>model_list</c>, whose models become backends; null for none.</summary>
    public string? LiteLLM { get; set; }

    /// <summary>Whether a local model server and providers with keys in the environment are added as backends if no panels are configured.</summary>
    public bool Discover { get; set; } = true;
}
