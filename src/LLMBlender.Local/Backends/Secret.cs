namespace LLMBlender.Local.Backends;

/// <summary>A key that must not be seen. Its text form is not it.</summary>
/// <param name="Value">The key itself.</param>
public sealed record Secret(string Value)
{
    private const string Hidden = "[key]";
    private const int LeastShown = 6;

    /// <summary>A text without the key, should it hold it.</summary>
    public string Scrub(string text)
    {
        if (Value.Length < LeastShown)
        {
            return text;
        }

        return text.Replace(Value, Hidden, StringComparison.Ordinal)
            .Replace(Uri.EscapeDataString(Value), Hidden, StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public override string ToString() => Hidden;
}
