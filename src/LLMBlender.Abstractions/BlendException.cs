namespace LLMBlender.Abstractions;

/// <summary>The error of a request that failed as a whole: the step, the reason and when to retry.</summary>
[GenerateSerializer, Alias("LLMBlender.BlendException")]
public sealed class BlendException : Exception
{
    /// <param name="what">What failed: <c>request</c>, or a step such as <c>rank</c>.</param>
    /// <param name="reason">The kind of the error.</param>
    /// <param name="message">The error message.</param>
    public BlendException(string what, BlendFailureReason reason, string message)
        : base(message) => (What, Reason) = (what, reason);

    /// <summary>What failed: <c>request</c>, or a step such as <c>rank</c>.</summary>
    [Id(0)]
    public string What { get; private set; }

    /// <summary>The kind of the error.</summary>
    [Id(1)]
    public BlendFailureReason Reason { get; private set; }

    /// <summary>The time to wait before a retry; null if a retry does not help.</summary>
    [Id(2)]
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The invalid field of the request; null if there is none.</summary>
    [Id(3)]
    public string? Parameter { get; init; }

    /// <summary>Whether an immediate retry on another silo can succeed, because this one is shutting down.</summary>
    [Id(4)]
    public bool Elsewhere { get; init; }

    /// <summary>The HTTP status of the model server's error; null for none.</summary>
    [Id(5)]
    public int? Status { get; init; }

    /// <summary>The code of the model server's error, such as <c>context_length_exceeded</c>; null for none.</summary>
    [Id(6)]
    public string? Code { get; init; }

    /// <summary>Creates the error for an invalid request.</summary>
    public static BlendException Invalid(string parameter, string message) =>
        new("request", BlendFailureReason.Refused, message) { Parameter = parameter };

    /// <summary>Creates the error for a request that exceeded its time limit.</summary>
    public static BlendException TimedOut(string what, TimeSpan timeout, string waitingFor) =>
        new(what, BlendFailureReason.TimedOut, $"no answer within {timeout.TotalSeconds:0.###} s: {waitingFor}");

    /// <summary>Creates the error of a silo that accepts no more requests because it is shutting down.</summary>
    public static BlendException Leaving() =>
        new("silo", BlendFailureReason.Overloaded, "the silo is shutting down") { Elsewhere = true, RetryAfter = TimeSpan.FromSeconds(1) };

    /// <summary>Converts it to a failure of a part, for a blend that continues without that part.</summary>
    public BlendFailure ToFailure() => new(What, Reason, Message) { Status = Status, Code = Code };
}
