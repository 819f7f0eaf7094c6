using System.Diagnostics;

namespace LLMBlender.Local.Backends;

/// <summary>A backend's answered and failed calls. Safe for concurrent use.</summary>
public sealed class BackendCalls
{
    private long answers;
    private long failures;
    private Failure? last;

    /// <summary>The number of answered calls.</summary>
    public long Answers => Interlocked.Read(ref answers);

    /// <summary>The number of failed calls.</summary>
    public long Failures => Interlocked.Read(ref failures);

    /// <summary>The last failure's message; null if no call failed.</summary>
    public string? LastError => Volatile.Read(ref last)?.Message;

    /// <summary>The time since the last failure; null if no call failed.</summary>
    public TimeSpan? LastErrorAge => Volatile.Read(ref last) is { } failure ? Stopwatch.GetElapsedTime(failure.At) : null;

    /// <summary>Counts an answer.</summary>
    public void AddAnswer() => Interlocked.Increment(ref answers);

    /// <summary>Counts a failure.</summary>
    /// <param name="message">Its message, as callers get it.</param>
    public void AddFailure(string message)
    {
        Interlocked.Increment(ref failures);
        Volatile.Write(ref last, new Failure(message, Stopwatch.GetTimestamp()));
    }

    private sealed record Failure(string Message, long At);
}
