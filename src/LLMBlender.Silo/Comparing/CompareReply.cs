using LLMBlender.Abstractions;

namespace LLMBlender.Silo.Comparing;

/// <summary>A shard's logits, or why there are none: exactly one of the two.</summary>
[GenerateSerializer, Immutable, Alias("LLMBlender.CompareReply")]
internal sealed record CompareReply
{
    private CompareReply()
    {
    }

    /// <summary>A logit for each pair, in the same order; null where the shard was not compared.</summary>
    [Id(0)]
    public float[]? Logits { get; private init; }

    /// <summary>Why not.</summary>
    [Id(1)]
    public BlendFailureReason Reason { get; private init; }

    /// <summary>Why not, for people.</summary>
    [Id(2)]
    public string? Message { get; private init; }

    /// <summary>When this silo expects to have room again.</summary>
    [Id(3)]
    public TimeSpan RetryAfter { get; private init; }

    /// <summary>The shard's logits.</summary>
    public static CompareReply Answered(float[] logits) => new() { Logits = logits };

    /// <summary>Too much to do.</summary>
    public static CompareReply Overloaded(TimeSpan retryAfter, string message) =>
        new() { Reason = BlendFailureReason.Overloaded, RetryAfter = retryAfter, Message = message };

    /// <summary>Not here, or not any more.</summary>
    public static CompareReply NotHere(string message) => new() { Reason = BlendFailureReason.Unreachable, Message = message };

    /// <summary>The ranker broke.</summary>
    public static CompareReply Faulted(string message) => new() { Reason = BlendFailureReason.Faulted, Message = message };
}
