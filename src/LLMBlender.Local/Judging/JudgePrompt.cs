using System.Text;
using LLMBlender.Abstractions;
using LLMBlender.Local.Fusion;
using LLMBlender.Local.Prompts;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Judging;

/// <summary>The prompt of a chat model that judges a pair, with texts between delimiters, and the parser of its verdict.</summary>
public static class JudgePrompt
{
    // Verdicts that start with another verdict come before it.
    private static readonly (string Text, JudgeVerdict Verdict)[] Verdicts =
    [
        ("A>>B", new(2)), ("B>>A", new(-2)), ("A>B", new(1)), ("B>A", new(-1)),
        ("A=B=BAD", new(0, IsBad: true)), ("B=A=BAD", new(0, IsBad: true)), ("A=B", new(0)), ("B=A", new(0)),
    ];

    /// <summary>The names of the presets, the default first.</summary>
    public static IReadOnlyList<string> Presets => JudgePrompts.Templates.Presets;

    /// <summary>Creates the messages of a comparison.</summary>
    /// <param name="instruction">The instruction.</param>
    /// <param name="input">The input; null for none.</param>
    /// <param name="a">The answer A.</param>
    /// <param name="b">The answer B.</param>
    /// <param name="rules">The prompt and the criteria; null for the default.</param>
    /// <exception cref="ArgumentException">The prompt of the rules is neither a preset nor a valid template.</exception>
    public static IReadOnlyList<ChatMessage> Compose(string instruction, string? input, string a, string b, JudgeRules? rules = null)
    {
        var key = ChatFusionPrompt.Key([instruction, input ?? "", a, b]);
        var (task, user) = JudgePrompts.Templates.Find(rules?.Prompt);
        return
        [
            new ChatMessage(ChatRole.System, task.Replace("{key}", key, StringComparison.Ordinal).Replace(JudgePrompts.CriteriaPlaceholder, Listed(rules?.Criteria ?? []), StringComparison.Ordinal)),
            new ChatMessage(ChatRole.User, PromptTemplates.Expand(user, new()
            {
                ["instruction"] = ChatFusionPrompt.Question(instruction, input, key),
                ["a"] = Shown("A", a),
                ["b"] = Shown("B", b),
            })),
        ];

        string Shown(string name, string text)
        {
            var block = new StringBuilder();
            ChatFusionPrompt.Show(block, name, text, key);
            return block.ToString();
        }
    }

    private static string Listed(string[] criteria) => criteria.Length == 0 ? ""
        : $"These criteria come before all else, the first before the others:\n{string.Concat(criteria.Select(static criterion => $"- {criterion}\n"))}";

    /// <summary>Returns the last verdict in an answer; null if there is none.</summary>
    public static JudgeVerdict? Read(string answer)
    {
        var (last, verdict) = (-1, (JudgeVerdict?)null);
        foreach (var (text, value) in Verdicts)
        {
            var at = answer.LastIndexOf(text, StringComparison.Ordinal);
            if (at > last)
            {
                (last, verdict) = (at, value);
            }
        }

        return verdict;
    }
}
