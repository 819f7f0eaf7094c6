namespace LLMBlender.Inference.Checkpoints;

/// <summary>Quotes names from untrusted files for error messages.</summary>
internal static class Quote
{
    private const int MaxLength = 120;

    /// <summary>The text in single quotes, truncated to 120 characters, control characters replaced.</summary>
    public static string Of(string text)
    {
        var shown = text.Length <= MaxLength ? text : text[..MaxLength] + "…";
        return string.Create(shown.Length + 2, shown, static (quoted, shown) =>
        {
            quoted[0] = quoted[^1] = '\'';
            for (var i = 0; i < shown.Length; i++)
            {
                quoted[i + 1] = char.IsControl(shown[i]) ? '\uFFFD' : shown[i];
            }
        });
    }
}
