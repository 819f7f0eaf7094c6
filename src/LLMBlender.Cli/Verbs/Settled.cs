using System.Text.Json;

namespace LLMBlender.Cli.Verbs;

/// <summary>What became of a record: its answer's fields, or why it failed.</summary>
/// <param name="Write">Writes the fields after the id; null where it failed.</param>
/// <param name="Problem">Why it failed, or what its answer had to make do without; null where nothing is to be said.</param>
internal readonly record struct Settled(Action<Utf8JsonWriter>? Write, string? Problem = null);
