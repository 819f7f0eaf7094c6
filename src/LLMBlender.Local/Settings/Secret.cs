namespace LLMBlender.Local.Settings;

/// <summary>An API key. <see cref="ToString"/> returns a placeholder.</summary>
/// <param name="Value">The key.</param>
public sealed record Secret(string Value)
{
    private const string Hidden = "[key]";
    private const int MinLength = 6;

    /// <summary>Returns a text with the key replaced by a placeholder. Keys of fewer than 6 characters are not replaced.</summary>
    public string Scrub(string text)
    {
        if (Value.Length < MinLength)
        {
            return text;
        }

        return text.Replace(Value, Hidden, StringComparison.Ordinal)
            .Replace(Uri.EscapeDataString(Value), Hidden, StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public override string ToString() => Hidden;
}
