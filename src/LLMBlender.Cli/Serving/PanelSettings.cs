namespace LLMBlender.Cli.Serving;

/// <summary>A panel in a configuration file.</summary>
internal sealed class PanelSettings
{
    /// <summary>What requests call it.</summary>
    public string Name { get; set; } = "";

    /// <summary>A file of recorded answers, in the shape of the verb <c>blend</c>'s records with candidates.</summary>
    public string Records { get; set; } = "";
}
