using System.Text.Json;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Datasets;

/// <summary>An unknown field, which is preserved.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Json">Its value as raw JSON.</param>
internal readonly record struct UnknownField(string Name, string Json)
{
    /// <summary>An object's unknown fields, in order.</summary>
    public static IReadOnlyList<UnknownField> Of(RecordFields fields, string[] known) =>
    [
        .. fields.Element.EnumerateObject()
            .Where(field => !known.Contains(field.Name))
            .Select(static field => new UnknownField(field.Name, field.Value.GetRawText())),
    ];

    /// <summary>Writes fields into the current object.</summary>
    public static void Write(Utf8JsonWriter json, IEnumerable<UnknownField> fields)
    {
        foreach (var field in fields)
        {
            json.WritePropertyName(field.Name);
            json.WriteRawValue(field.Json, skipInputValidation: true);
        }
    }
}
