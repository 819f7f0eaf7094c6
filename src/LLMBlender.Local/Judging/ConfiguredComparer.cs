using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;
using LLMBlender.Local.Panels;
using LLMBlender.Local.Scoring;
using LLMBlender.Local.Telemetry;

namespace LLMBlender.Local.Judging;

/// <summary>Finds the comparer of a ranker that is a server of the configuration: a backend, which judges, or a scorer.</summary>
public static class ConfiguredComparer
{
    /// <summary>Returns the comparer of a name; null if the ranker is a model.</summary>
    /// <param name="panels">The backends and scorers.</param>
    /// <param name="name">The ranker's name; null for the default.</param>
    /// <param name="instruction">The instruction.</param>
    /// <param name="input">The input; null for none.</param>
    /// <param name="texts">The texts that pairs index.</param>
    /// <param name="metrics">Counts the calls.</param>
    /// <param name="deadline">The request's deadline.</param>
    /// <param name="rules">The prompt and the criteria of a judge; null for the default.</param>
    public static IPairComparer? Find(
        PanelRegistry panels, string? name, string instruction, string? input, string[] texts, BlendMetrics metrics, Deadline deadline, JudgeRules? rules)
    {
        ArgumentNullException.ThrowIfNull(panels);
        return name is null ? null
            : panels.FindBackend(name) is { } backend ? new ChatJudge(backend, instruction, input, texts, metrics, deadline) { ShowsServerMessages = panels.ShowsServerMessages, Rules = rules }
            : panels.FindScorer(name) is { } scorer ? new ScoreComparer(scorer, instruction + input, texts, metrics, deadline) { ShowsServerMessages = panels.ShowsServerMessages }
            : null;
    }
}
