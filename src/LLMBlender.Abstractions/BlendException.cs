namespace LLMBlender.Abstractions;

/// <summary>A request that could not be served as a whole: what failed, why, and when trying again makes sense.</summary>
[GenerateSerializer, Alias("LLMBlender.BlendException")]
public sealed class BlendException : Exception
{
    /// <param name="what">What failed: <c>request</c>, or the step such as <c>rank</c>.</param>
    /// <param name="reason">Why, for programs.</param>
    /// <param name="message">Why, for people.</param>
    public BlendException(string what, BlendFailureReason reason, string message)
        : base(message) => (What, Reason) = (what, reason);

    /// <summary>What failed.</summary>
    [Id(0)]
    public string What { get; private set; }

    /// <summary>Why, for programs.</summary>
    [Id(1)]
    public BlendFailureReason Reason { get; private set; }

    /// <summary>How long to wait before trying again; null where that would not help.</summary>
    [Id(2)]
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The request's field that is at fault; null where none is.</summary>
    [Id(3)]
    public string? Parameter { get; init; }

    /// <summary>Whether another silo would take the request at once: this one is about to leave.</summary>
    [Id(4)]
    public bool Elsewhere { get; init; }

    /// <summary>The HTTP status of the model server's error; null for none.</summary>
    [Id(5)]
    public int? Status { get; init; }

    /// <summary>The code of the model server's error, such as <c>context_length_exceeded</c>; null for none.</summary>
    [Id(6)]
    public string? Code { get; init; }

    /// <summary>A request that breaks a rule.</summary>
    public static BlendException Invalid(string parameter, string message) =>
        new("request", BlendFailureReason.Refused, message) { Parameter = parameter };

    /// <summary>A request that ran out of its time.</summary>
    public static BlendException TimedOut(string what, TimeSpan timeout, string waitingFor) =>
        new(what, BlendFailureReason.TimedOut, $"no answer within {timeout.TotalSeconds:0.###} s: {waitingFor}");

    /// <summary>A silo that takes no more requests because it is shutting down.</summary>
    public static BlendException Leaving() =>
        new("silo", BlendFailureReason.Overloaded, "the silo is shutting down") { Elsewhere = true, RetryAfter = TimeSpan.FromSeconds(1) };

    /// <summary>The same as a part of a blend that went on without it.</summary>
    public BlendFailure ToFailure() => new(What, Reason, Message) { Status = Status, Code = Code };
}
