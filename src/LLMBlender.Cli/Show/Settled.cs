using System.Text.Json;

namespace LLMBlender.Cli.Show;

/// <summary>The result of a record: its answer's fields, or its error.</summary>
/// <param name="Write">Writes the fields after the id; null if the record failed.</param>
/// <param name="Problem">Why it failed, or a remark on its answer; null if there is none.</param>
internal readonly record struct Settled(Action<Utf8JsonWriter>? Write, string? Problem = null);
