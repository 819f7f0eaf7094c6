using System.Globalization;

namespace LLMBlender.Local.Backends.Answers;

/// <summary>A path in a checked value, which becomes text only in an error: names are the model's, and may be long.</summary>
internal sealed class SchemaPath
{
    private const int MaxNameLength = 100;

    private readonly SchemaPath? parent;
    private readonly string step;

    private SchemaPath(SchemaPath? parent, string step) => (this.parent, this.step) = (parent, step);

    /// <summary>The path of the whole value.</summary>
    public static SchemaPath Root { get; } = new(null, "$");

    /// <summary>The path of a field.</summary>
    public SchemaPath Field(string name) => new(this, $".{Shorten(name)}");

    /// <summary>The path of an item.</summary>
    public SchemaPath Item(int index) => new(this, $"[{index.ToString(CultureInfo.InvariantCulture)}]");

    /// <summary>Cuts a text that an error contains.</summary>
    public static string Shorten(string text) => text.Length <= MaxNameLength ? text : $"{text.AsSpan(0, MaxNameLength)}…";

    /// <inheritdoc/>
    public override string ToString() => $"{parent}{step}";
}
