using LLMBlender.Abstractions;
using LLMBlender.Local.Backends;

namespace LLMBlender.Local.Panels;

/// <summary>Creates panels of recorded answers.</summary>
public static class RecordedPanel
{
    /// <summary>Adds a panel, and a backend for each model in the records.</summary>
    /// <param name="registry">The registry to add to.</param>
    /// <param name="name">The panel's name.</param>
    /// <param name="records">Instructions with optional inputs, and each model's answer.</param>
    public static void AddTo(PanelRegistry registry, string name, IEnumerable<(string Instruction, string? Input, Candidate[] Candidates)> records)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(records);
        var count = 0;
        var examples = new List<string>();
        var models = new Dictionary<string, RecordedAnswers>(StringComparer.Ordinal);
        foreach (var (instruction, input, candidates) in records)
        {
            count++;
            if (string.IsNullOrEmpty(input))
            {
                // Without its text, an instruction about a text is no example.
                examples.Add(instruction);
            }

            foreach (var candidate in candidates)
            {
                var model = candidate.Model ?? "unknown";
                if (!models.TryGetValue(model, out var answers))
                {
                    models[model] = answers = new RecordedAnswers(model);
                }

                answers.Add(Prompt.Of(instruction, null), candidate.Text);
                answers.Add(Prompt.Of(instruction, input), candidate.Text);
            }
        }

        foreach (var (model, answers) in models)
        {
            registry.Add(new Backend(model, answers));
        }

        registry.Add(new Panel(name, [.. models.Keys])
        {
            Description = $"answers recorded for {count} instructions",
            Examples = [.. examples],
        });
    }
}
