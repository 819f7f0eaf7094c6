using LLMBlender.Core.Fusion;
using LLMBlender.Inference;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Sessions;
using LLMBlender.Local.Settings;
using Microsoft.Extensions.Options;

namespace LLMBlender.Local.Hosting;

/// <summary>Validates <see cref="LLMBlenderOptions"/>; failures contain property, value and rule.</summary>
internal sealed class LLMBlenderOptionsValidator : IValidateOptions<LLMBlenderOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, LLMBlenderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var failures = new List<string>();
        CheckModel(options, nameof(options.Ranker), options.Ranker, "ranker", failures);
        if (options.Fuser != SelectFuser.FuserName)
        {
            CheckModel(options, nameof(options.Fuser), options.Fuser, "fuser", failures);
        }

        try
        {
            Accelerator.Parse(options.Device);
        }
        catch (Exception e) when (e is ArgumentException or ModelException)
        {
            failures.Add($"{nameof(options.Device)} is \"{options.Device}\": {e.Message}");
        }

        for (var i = 0; i < options.Panels.Count; i++)
        {
            CheckPanel(options, options.Panels[i], $"{nameof(options.Panels)}:{i}", failures);
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void CheckModel(LLMBlenderOptions options, string property, string value, string kind, List<string> failures)
    {
        if (!options.Members.ContainsKey(value) && !File.Exists(Path.Combine(value, ModelManifest.FileName)))
        {
            failures.Add($"{property} is \"{value}\", and must be a {kind}'s model folder{(options.Members.Count > 0 ? $" or one of the members {string.Join(", ", options.Members.Keys)}" : "")}");
        }
    }

    private static void CheckPanel(LLMBlenderOptions options, PanelSettings panel, string path, List<string> failures)
    {
        try
        {
            SettingsRules.Check(panel, path);
        }
        catch (SettingsException e)
        {
            failures.Add(e.Message);
        }

        failures.AddRange(panel.Members.Where(member => !options.Members.ContainsKey(member)).Select(member =>
            $"{path}:Members names \"{member}\", and must name some of the members {string.Join(", ", options.Members.Keys)}"));
    }
}
