namespace LLMBlender.Local.Wire;

/// <summary>A part of a response: an event of a stream, a line of JSON, or a whole body.</summary>
/// <param name="Event">The event's name; null for none.</param>
/// <param name="Data">The data, JSON in a valid response; empty for the end marker.</param>
internal readonly record struct WireFrame(string? Event, ReadOnlyMemory<byte> Data)
{
    /// <summary>Whether this is the marker <c>[DONE]</c>, which ends a stream.</summary>
    public bool IsDone => Data.IsEmpty;
}
