using System.Text.Json;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Datasets;

/// <summary>A field that means nothing here, and is kept.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Json">Its value, as it was spelt.</param>
internal readonly record struct UnknownField(string Name, string Json)
{
    /// <summary>An object's fields but for the known ones, in their order.</summary>
    public static IReadOnlyList<UnknownField> Of(RecordFields fields, string[] known) =>
    [
        .. fields.Element.EnumerateObject()
            .Where(field => !known.Contains(field.Name))
            .Select(static field => new UnknownField(field.Name, field.Value.GetRawText())),
    ];

    /// <summary>Writes fields into the object at hand.</summary>
    public static void Write(Utf8JsonWriter json, IEnumerable<UnknownField> fields)
    {
        foreach (var field in fields)
        {
            json.WritePropertyName(field.Name);
            json.WriteRawValue(field.Json, skipInputValidation: true);
        }
    }
}
