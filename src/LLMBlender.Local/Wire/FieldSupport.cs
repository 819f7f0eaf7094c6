using System.Collections.Concurrent;

namespace LLMBlender.Local.Wire;

/// <summary>
/// The optional fields that a server takes: by configuration, and by its own errors. A field that the server names as unknown is left
/// out from then on. Safe for concurrent use.
/// </summary>
internal sealed class FieldSupport
{
    private const string Older = "max_tokens";
    private const string Newer = "max_completion_tokens";

    /// <summary>The name, among a request's optional fields, of the role that only some servers know beside "system".</summary>
    public const string DeveloperRole = "role developer";

    private const string MessagePrefix = "message ";

    private static readonly string[] Phrases =
    [
        "unsupported", "not supported", "does not support", "unrecognized", "unknown", "unexpected", "not permitted", "extra_forbidden", "not allowed",
        "no such", "unavailable",
    ];

    private readonly ConcurrentDictionary<string, bool> dropped = new(StringComparer.Ordinal);
    private volatile string tokenLimitField;

    /// <param name="settings">The server's settings.</param>
    public FieldSupport(WireSettings settings)
    {
        // OpenAI's newer models know only the newer name, and other servers mostly the older one.
        tokenLimitField = settings.TokenLimitField
            ?? (settings.Url.Host.EndsWith("openai.com", StringComparison.Ordinal) || settings.Url.Host.EndsWith("azure.com", StringComparison.Ordinal) ? Newer : Older);
        foreach (var field in settings.DroppedFields)
        {
            dropped[field] = true;
        }
    }

    /// <summary>The name of the field that limits an answer's tokens.</summary>
    public string TokenLimitField => tokenLimitField;

    /// <summary>Whether a field is left out.</summary>
    public bool IsDropped(string field) => dropped.ContainsKey(field);

    /// <summary>The name of a message's field among a request's optional fields.</summary>
    public static string OfMessage(string field) => $"{MessagePrefix}{field}";

    /// <summary>Learns from an error; returns true if a request without the field may succeed.</summary>
    /// <param name="error">The server's error.</param>
    /// <param name="sent">The optional fields of the request.</param>
    public bool Learn(BackendException error, IReadOnlySet<string> sent)
    {
        var message = error.FullMessage;
        if (sent.Contains(DeveloperRole) && error.Status is 400 or 422 or 500 && NamesRole(message))
        {
            return dropped.TryAdd(DeveloperRole, true);
        }

        if (error.Status is not (400 or 422) || !Array.Exists(Phrases, phrase => message.Contains(phrase, StringComparison.OrdinalIgnoreCase)))
        {
            return false;
        }

        if (message.Contains("does not support thinking", StringComparison.OrdinalIgnoreCase) && sent.FirstOrDefault(static field => field is "think" or "reasoning_effort") is { } thinking)
        {
            return dropped.TryAdd(thinking, true);
        }

        return sent.FirstOrDefault(field => IsNamed(message, NameOf(field))) is { } named && Drop(named);
    }

    private bool Drop(string field)
    {
        if (field is Older or Newer && !dropped.ContainsKey(field) && dropped.TryAdd($"was {field}", true))
        {
            tokenLimitField = field is Older ? Newer : Older;
            return true;
        }

        return dropped.TryAdd(field, true);
    }

    private static string NameOf(string field) => field.StartsWith(MessagePrefix, StringComparison.Ordinal) ? field[MessagePrefix.Length..] : field;

    // Chat templates raise errors such as "Unexpected message role."
    private static bool NamesRole(string message) =>
        message.Contains("developer", StringComparison.OrdinalIgnoreCase) || message.Contains("role", StringComparison.OrdinalIgnoreCase);

    // A bare word may be part of a sentence: "user" in "roles must alternate user and assistant".
    private static bool IsNamed(string message, string field)
    {
        // xAI writes "does not support parameter presencePenalty".
        if (field.Contains('_', StringComparison.Ordinal) && message.Contains($"parameter {field.Replace("_", "", StringComparison.Ordinal)}", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        for (var at = message.IndexOf(field, StringComparison.Ordinal); at >= 0; at = message.IndexOf(field, at + 1, StringComparison.Ordinal))
        {
            var (before, after) = (at == 0 ? ' ' : message[at - 1], at + field.Length == message.Length ? ' ' : message[at + field.Length]);
            var isQuoted = before is '\'' or '"' or '`' or '.' && after is '\'' or '"' or '`';
            var isNamedLast = after is ' ' or '.' && message.AsSpan(0, at).TrimEnd().EndsWith(":", StringComparison.Ordinal);
            var isNamedFirst = before is ' ' or '.' && after is ':';
            if (isQuoted || isNamedLast || isNamedFirst)
            {
                return true;
            }
        }

        return false;
    }
}
