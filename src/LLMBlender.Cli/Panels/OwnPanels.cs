using LLMBlender.Local.Panels;
using LLMBlender.Local.Settings;
using LLMBlender.Records;

namespace LLMBlender.Cli.Panels;

/// <summary>The panels of <c>blend</c> without a configuration: the models that a person already runs, and the recorded samples.</summary>
/// <param name="Registry">The panels, the default first.</param>
/// <param name="IsSample">Whether the request is answered by the sample panel.</param>
/// <param name="Note">What was found, in a sentence; null if the sample panel answers.</param>
internal sealed record OwnPanels(PanelRegistry Registry, bool IsSample, string? Note)
{
    /// <summary>The environment variable that turns the search off by <c>false</c>; it is that of the setting <c>Discover</c> of <c>serve</c>.</summary>
    public const string DiscoverVariable = "LLMBlender__Discover";

    /// <summary>The panel of recorded answers alone.</summary>
    public static OwnPanels Sample() => new(SamplePanel.Create(), IsSample: true, null);

    /// <summary>Finds the models that a person has; without any the registry is empty and the note says where they were searched.</summary>
    /// <param name="variable">Reads an environment variable.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    public static async Task<OwnPanels> FindOrNoneAsync(Func<string, string?> variable, CancellationToken cancellationToken)
    {
        var found = await SearchAsync(variable, cancellationToken);
        return found.Panels.Length > 0
            ? Of(found, variable)
            : new OwnPanels(new PanelRegistry(), IsSample: false, $"there is no model to ask, so that only candidates can be ranked and compared: {DiscoveredBackends.Searched}");
    }

    /// <summary>
    /// Finds the panel of an instruction: a named one, else the models that are found, else the sample panel if it has recorded the
    /// instruction.
    /// </summary>
    /// <param name="instruction">The instruction; empty if only the panel is asked for.</param>
    /// <param name="panel">The name of a panel; null for the default.</param>
    /// <param name="variable">Reads an environment variable.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <exception cref="UsageException">No model is found, and the instruction is not recorded.</exception>
    public static async Task<OwnPanels> FindAsync(string instruction, string? panel, Func<string, string?> variable, CancellationToken cancellationToken)
    {
        if (panel == PanelRegistryBuilder.SamplePanel)
        {
            return Sample();
        }

        var found = await SearchAsync(variable, cancellationToken);
        if (found.Panels.Length > 0)
        {
            return Of(found, variable);
        }

        return panel is null && SamplePanel.Has(instruction) ? Sample() : throw new UsageException(
            $"there is no model to ask: {DiscoveredBackends.Searched}. Start a model server (such as 'ollama run llama3.2'), set a key, or let 'llmblender init' write a configuration. "
            + $"Without models, 'llmblender blend' shows {SamplePanel.Records.Count} recorded instructions, such as \"{SamplePanel.Records[0].Record.Instruction}\", "
            + "and 'llmblender blend --from FILE' blends candidates of your own");
    }

    private static async Task<DiscoveredBackends> SearchAsync(Func<string, string?> variable, CancellationToken cancellationToken) =>
        variable(DiscoverVariable) is { } discover && discover.Equals("false", StringComparison.OrdinalIgnoreCase)
            ? DiscoveredBackends.None
            : await DiscoveredBackends.FindAsync(variable, cancellationToken);

    private static OwnPanels Of(DiscoveredBackends found, Func<string, string?> variable) => new(
        PanelRegistryBuilder.Build(new PanelSection(), found, PanelFile.PanelSources with { Variable = variable }, null, static _ => { }), IsSample: false, found.Notes[0]);
}
