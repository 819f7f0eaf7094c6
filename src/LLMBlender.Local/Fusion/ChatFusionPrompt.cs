using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LLMBlender.Core.Fusion;
using LLMBlender.Local.Prompts;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Fusion;

/// <summary>
/// The prompt of a chat model that fuses candidates. Each text is enclosed in two delimiters that contain a key derived from all
/// texts, so that no text can contain its own closing delimiter.
/// </summary>
public static class ChatFusionPrompt
{
    private const string KeyPlaceholder = "{key}";

    /// <summary>The names of the presets, the default first.</summary>
    public static IReadOnlyList<string> Presets => FusionPrompts.Templates.Presets;

    /// <summary>Creates the messages of a fusion.</summary>
    /// <param name="request">The request.</param>
    /// <param name="prompt">The name of a preset, or a template; null for the default.</param>
    /// <exception cref="ArgumentException">The prompt is neither a preset nor a valid template.</exception>
    public static IReadOnlyList<ChatMessage> Compose(FusionRequest request, string? prompt = null)
    {
        var key = Key([request.Instruction, request.Input ?? "", .. request.Candidates]);
        var candidates = new StringBuilder();
        for (var i = 0; i < request.Candidates.Count; i++)
        {
            Show(candidates, string.Create(CultureInfo.InvariantCulture, $"CANDIDATE-{i + 1}"), request.Candidates[i], key);
        }

        var (task, user) = FusionPrompts.Templates.Find(prompt);
        return
        [
            new ChatMessage(ChatRole.System, task.Replace(KeyPlaceholder, key, StringComparison.Ordinal)),
            new ChatMessage(ChatRole.User, PromptTemplates.Expand(user, new() { ["instruction"] = Question(request.Instruction, request.Input, key), ["candidates"] = candidates.ToString() })),
        ];
    }

    /// <summary>Returns the instruction, and the input if there is one, between delimiters.</summary>
    internal static string Question(string instruction, string? input, string key)
    {
        var text = new StringBuilder();
        Show(text, "INSTRUCTION", instruction, key);
        if (!string.IsNullOrEmpty(input))
        {
            Show(text, "INPUT", input, key);
        }

        return text.ToString();
    }

    // A text that contains the key would have to contain a hash of itself; if one does, the key is hashed again.
    public static string Key(string[] texts)
    {
        var content = Encoding.UTF8.GetBytes(string.Join('\0', texts));
        string key;
        do
        {
            content = SHA256.HashData(content);
            key = Convert.ToHexStringLower(content.AsSpan(0, 8));
        }
        while (Array.Exists(texts, text => text.Contains(key, StringComparison.OrdinalIgnoreCase)));

        return key;
    }

    public static void Show(StringBuilder message, string name, string text, string key) =>
        message.Append('[').Append(name).Append(' ').Append(key).Append("]\n").Append(text).Append("\n[/").Append(name).Append(' ').Append(key).Append("]\n");
}
