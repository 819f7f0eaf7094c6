using System.Text.Json;

namespace LLMBlender.Records;

/// <summary>A record's own id, a string or a number, written back as it came.</summary>
/// <param name="Text">The string's value, or the number as it is spelt.</param>
/// <param name="IsNumber">Whether it is a number: 1 and "1" are two ids.</param>
public readonly record struct RecordId(string Text, bool IsNumber)
{
    /// <summary>Reads the field <c>id</c>.</summary>
    /// <exception cref="RecordException">It is missing, empty, or neither string nor number.</exception>
    public static RecordId Read(RecordFields record)
    {
        var field = record.Find("id") ?? throw record.Missing("id", "a string or a number");
        var id = field.ValueKind switch
        {
            JsonValueKind.String => new RecordId(record.Text("id"), IsNumber: false),
            JsonValueKind.Number => new RecordId(field.GetRawText(), IsNumber: true),
            _ => throw record.Refused("id", "must be a string or a number"),
        };
        return id.Text.Length > 0 ? id : throw record.Refused("id", "must not be empty");
    }

    /// <summary>Writes it as the field <c>id</c>.</summary>
    public void Write(Utf8JsonWriter json)
    {
        if (IsNumber)
        {
            json.WritePropertyName("id");
            json.WriteRawValue(Text, skipInputValidation: true);
        }
        else
        {
            json.WriteText("id", Text);
        }
    }

    /// <summary>As it stands in the record.</summary>
    public override string ToString() => IsNumber ? Text : $"\"{Text}\"";
}
