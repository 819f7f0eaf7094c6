using LLMBlender.Local.Prompts;

namespace LLMBlender.Local.Settings;

/// <summary>Validates the prompts and criteria of panels, and that a chat model gets them.</summary>
internal static class PromptRules
{
    private const int ShownLength = 60;

    /// <summary>Validates prompts and criteria.</summary>
    /// <exception cref="SettingsException">A rule is broken.</exception>
    public static void Check(string? fuserPrompt, string? judgePrompt, string[] criteria, string path)
    {
        if (fuserPrompt is not null && FusionPrompts.Templates.BrokenRule(fuserPrompt) is { } fusing)
        {
            throw SettingsException.Of($"{path}:FuserPrompt", Shown(fuserPrompt), fusing);
        }

        if (judgePrompt is not null && JudgePrompts.Templates.BrokenRule(judgePrompt) is { } judging)
        {
            throw SettingsException.Of($"{path}:JudgePrompt", Shown(judgePrompt), judging);
        }

        if (criteria.Length > JudgePrompts.MaxCriteria)
        {
            throw SettingsException.Of($"{path}:Criteria", $"{criteria.Length} criteria", $"at most {JudgePrompts.MaxCriteria}");
        }

        for (var i = 0; i < criteria.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(criteria[i]) || criteria[i].Length > JudgePrompts.MaxCriterionLength || criteria[i].Any(char.IsControl))
            {
                throw SettingsException.Of($"{path}:Criteria:{i}", Shown(criteria[i]), $"one line of 1 to {JudgePrompts.MaxCriterionLength} characters");
            }
        }
    }

    /// <summary>Validates that the panels with prompts and criteria have a chat model that gets them.</summary>
    /// <param name="panels">The panels in their order.</param>
    /// <param name="isBackend">Whether a name is a backend's.</param>
    /// <exception cref="SettingsException">A fuser or ranker is not a backend.</exception>
    public static void CheckUse(PanelSettings[] panels, Func<string, bool> isBackend)
    {
        for (var i = 0; i < panels.Length; i++)
        {
            var panel = panels[i];
            CheckUse(panel, panel.FuserPrompt, panel.JudgePrompt, panel.Criteria, $"Panels:{i}", isBackend);
            for (var j = 0; j < panel.Variants.Length; j++)
            {
                // A variant may have another fuser than the panel: only what it says itself must have an effect.
                var variant = panel.Variants[j];
                CheckUse(variant.Of(panel), variant.FuserPrompt, variant.JudgePrompt, variant.Criteria ?? [], $"Panels:{i}:Variants:{j}", isBackend);
            }
        }
    }

    private static void CheckUse(PanelSettings panel, string? fuserPrompt, string? judgePrompt, string[] criteria, string path, Func<string, bool> isBackend)
    {
        if (panel.Records is not null && (fuserPrompt is not null || judgePrompt is not null || criteria.Length > 0))
        {
            var key = fuserPrompt is not null ? "FuserPrompt" : judgePrompt is not null ? "JudgePrompt" : "Criteria";
            throw SettingsException.Of($"{path}:{key}", Shown(fuserPrompt ?? judgePrompt ?? string.Join(", ", criteria)), "absent where there are Records, which have no ranker and fuser of their own");
        }

        if (fuserPrompt is not null && !(panel.Fuser is { } fuser && isBackend(fuser)))
        {
            throw SettingsException.Of($"{path}:FuserPrompt", Shown(fuserPrompt), $"absent unless the Fuser is a backend; it is {Named(panel.Fuser)}");
        }

        if ((judgePrompt is not null || criteria.Length > 0) && !(panel.Ranker is { } ranker && isBackend(ranker)))
        {
            throw SettingsException.Of(
                $"{path}:{(judgePrompt is null ? "Criteria" : "JudgePrompt")}",
                Shown(judgePrompt ?? string.Join(", ", criteria)),
                $"absent unless the Ranker is a backend; it is {Named(panel.Ranker)}");
        }
    }

    private static string Named(string? name) => name is null ? "the default" : $"\"{name}\"";

    private static string Shown(string text)
    {
        var line = string.Concat(text.Select(static c => char.IsControl(c) ? ' ' : c));
        return line.Length <= ShownLength ? line : line[..ShownLength] + "…";
    }
}
