using LLMBlender.Abstractions.Json;

namespace LLMBlender.Records;

/// <summary>A line of a records file: a record, or what is wrong with it.</summary>
/// <param name="File">The file as errors name it.</param>
/// <param name="Line">The line's number, from 1.</param>
/// <param name="Position">Bytes of the file up to the line's end.</param>
/// <param name="Id">The record's id, where one could be read.</param>
public sealed record RecordPlace(string File, long Line, long Position, RecordId? Id)
{
    /// <summary>A message about the record, with file and line.</summary>
    public string Located(string problem) => $"{File}:{Line}: {problem}";
}

/// <summary>An <see cref="RecordPlace"/> with what was read.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Value">The record; meaningless where there is an <paramref name="Error"/>.</param>
/// <param name="Error">What is wrong, without file and line; null where nothing is.</param>
public readonly record struct Entry<T>(RecordPlace Place, T? Value, string? Error);
