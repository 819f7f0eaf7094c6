using LLMBlender.Abstractions.Json;

namespace LLMBlender.Records;

/// <summary>The location of a record in a file.</summary>
/// <param name="File">The file's name in errors.</param>
/// <param name="Line">The line's number, from 1.</param>
/// <param name="Position">The offset after the line's end, in bytes.</param>
/// <param name="Id">The record's id; null if it could not be read.</param>
public sealed record RecordPlace(string File, long Line, long Position, RecordId? Id)
{
    /// <summary>Returns a message with file and line.</summary>
    public string Located(string problem) => $"{File}:{Line}: {problem}";
}

/// <summary>A record or its error, with its location.</summary>
/// <param name="Place">The location.</param>
/// <param name="Value">The record; undefined if there is an <paramref name="Error"/>.</param>
/// <param name="Error">The error without file and line; null if there is none.</param>
public readonly record struct Entry<T>(RecordPlace Place, T? Value, string? Error);
