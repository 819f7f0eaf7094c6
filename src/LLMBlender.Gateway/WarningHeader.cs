using Microsoft.AspNetCore.Http;

namespace LLMBlender.Gateway;

/// <summary>The header that says what a request asked for and did not get. Streams say it in their last event only.</summary>
internal static class WarningHeader
{
    /// <summary>The header's name.</summary>
    public const string Name = "x-llmblender-warnings";

    private const int MaxLength = 2000;

    /// <summary>Adds the header to a response that has not started.</summary>
    /// <param name="context">The request.</param>
    /// <param name="warnings">The warnings; null for none.</param>
    public static void AddTo(HttpContext context, IReadOnlyCollection<string>? warnings)
    {
        if (warnings is { Count: > 0 })
        {
            var text = string.Concat(string.Join("; ", warnings).Select(static c => char.IsAscii(c) && !char.IsControl(c) ? c : '?'));
            context.Response.Headers[Name] = text.Length <= MaxLength ? text : text[..MaxLength];
        }
    }
}
