using System.Text.RegularExpressions;

namespace LLMBlender.Local.Prompts;

/// <summary>The prompts that a setting can choose: presets by name, and templates of the user's message, whose placeholders become texts between delimiters.</summary>
/// <param name="placeholders">The placeholders' names, each of which a template must contain.</param>
/// <param name="templateTask">The system message of templates.</param>
/// <param name="presets">The system messages of the presets by name.</param>
internal sealed partial class PromptTemplates(string[] placeholders, string templateTask, IReadOnlyDictionary<string, string> presets)
{
    /// <summary>The name of the preset that is used if none is chosen.</summary>
    public const string Default = "default";

    /// <summary>Maximum number of characters of a template.</summary>
    public const int MaxLength = 16_384;

    // The user's message of presets.
    private readonly string texts = string.Concat(placeholders.Select(static name => $"{{{name}}}\n"));
    private readonly string shown = string.Join(", ", placeholders.Select(static name => $"{{{name}}}"));

    /// <summary>The names of the presets, the default first.</summary>
    public IReadOnlyList<string> Presets { get; } = [Default, .. presets.Keys.Where(static name => name != Default)];

    /// <summary>Returns what a setting must be, if it is neither a preset nor a valid template; null if it is.</summary>
    public string? BrokenRule(string setting)
    {
        if (presets.ContainsKey(setting))
        {
            return null;
        }

        string[] used = [.. Placeholder().Matches(setting).Select(static match => match.Groups[1].Value)];
        return used.Length == 0 ? $"one of {string.Join(", ", Presets)}, or a template with {shown}"
            : Array.Find(used, name => !placeholders.Contains(name)) is { } unknown ? $"a template with no placeholders but {shown}; {{{unknown}}} is not known"
            : Array.Find(placeholders, name => !used.Contains(name)) is { } missing ? $"a template with {shown}; {{{missing}}} is missing"
            : setting.Length > MaxLength ? $"a template of at most {MaxLength} characters"
            : null;
    }

    /// <summary>Returns the system message and the user's message, both with placeholders.</summary>
    /// <param name="setting">The name of a preset, or a template; null for the default.</param>
    /// <exception cref="ArgumentException">It is neither.</exception>
    public (string Task, string User) Find(string? setting) =>
        presets.TryGetValue(setting ?? Default, out var task) ? (task, texts)
        : BrokenRule(setting!) is { } rule ? throw new ArgumentException($"the prompt must be {rule}")
        : (templateTask, setting!);

    /// <summary>Replaces the placeholders of a template. Braces in the texts stay as they are, and each text begins and ends a line.</summary>
    public static string Expand(string template, Dictionary<string, string> texts) => Placeholder().Replace(template, match =>
    {
        var (start, end) = (match.Index, match.Index + match.Length);
        var endsLine = end < template.Length && template[end] is '\r' or '\n';
        var text = texts[match.Groups[1].Value];
        return (start == 0 || template[start - 1] == '\n' ? "" : "\n") + (endsLine ? text[..^1] : text);
    });

    [GeneratedRegex(@"\{([A-Za-z][A-Za-z0-9_-]*)\}")]
    private static partial Regex Placeholder();
}
