using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LLMBlender.Abstractions.Json;

/// <summary>Reads records; errors name the invalid field and the rule.</summary>
/// <remarks>
/// A valid record is parsed once, into its type. Only an invalid one is parsed again, to find the field. The rules are types, required
/// properties and <see cref="System.ComponentModel.DataAnnotations.RangeAttribute"/>. Unknown fields are ignored; null is the
/// same as absent.
/// </remarks>
public static class JsonRecord
{
    /// <summary>Reads a record.</summary>
    /// <param name="utf8">The record's JSON.</param>
    /// <param name="type">The record's type.</param>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    /// <exception cref="JsonFieldException">A field is invalid.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> utf8, JsonTypeInfo<T> type)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(type);
        var (record, fault) = Try(() => JsonSerializer.Deserialize(utf8.Span, type), type);
        if (record is not null)
        {
            return record;
        }

        using var document = JsonDocument.Parse(utf8);
        return ReadAgain(document.RootElement, type, "", fault);
    }

    /// <summary>Reads a parsed record, or an object within one.</summary>
    /// <param name="element">The parsed JSON.</param>
    /// <param name="type">The record's type.</param>
    /// <param name="path">The object's path from the record's root; empty for the record itself.</param>
    /// <exception cref="JsonFieldException">A field is invalid.</exception>
    public static T Read<T>(JsonElement element, JsonTypeInfo<T> type, string path = "")
        where T : class
    {
        ArgumentNullException.ThrowIfNull(type);
        var (record, fault) = Try(() => element.Deserialize(type), type);
        return record ?? ReadAgain(element, type, path, fault);
    }

    // Candidates that are plain texts are read on this second way, so that the first stays one pass of generated code.
    private static T ReadAgain<T>(JsonElement element, JsonTypeInfo<T> type, string path, JsonException? fault)
        where T : class
    {
        if (PlainCandidates.AsObjects(element) is not { } rewritten)
        {
            throw JsonFault.Find(element, type, path) ?? Unknown(fault);
        }

        using var document = JsonDocument.Parse(rewritten);
        var (record, other) = Try(() => document.RootElement.Deserialize(type), type);
        return record ?? throw JsonFault.Find(document.RootElement, type, path) ?? Unknown(other);
    }

    private static (T? Record, JsonException? Fault) Try<T>(Func<T?> read, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return read() is { } record && JsonRules.Of(type).Allow(record) ? (record, null) : (null, null);
        }
        catch (JsonException e)
        {
            return (null, e);
        }
    }

    private static JsonFieldException Unknown(JsonException? fault) => new(null, $"can't be read: {fault?.Message}", fault);
}
