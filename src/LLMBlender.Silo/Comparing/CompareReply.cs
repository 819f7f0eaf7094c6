using LLMBlender.Abstractions;

namespace LLMBlender.Silo.Comparing;

/// <summary>The logits of a shard, or the reason of its failure.</summary>
[GenerateSerializer, Immutable, Alias("LLMBlender.CompareReply")]
internal sealed record CompareReply
{
    private CompareReply()
    {
    }

    /// <summary>A logit for each pair, in the same order; null if the shard was not compared.</summary>
    [Id(0)]
    public float[]? Logits { get; private init; }

    /// <summary>The reason of the failure; undefined if there are logits.</summary>
    [Id(1)]
    public BlendFailureReason Reason { get; private init; }

    /// <summary>The failure's message; null if there are logits.</summary>
    [Id(2)]
    public string? Message { get; private init; }

    /// <summary>How long to wait before this silo can accept the shard; set only for an overload.</summary>
    [Id(3)]
    public TimeSpan RetryAfter { get; private init; }

    /// <summary>Creates the reply of a compared shard.</summary>
    public static CompareReply Answered(float[] logits) => new() { Logits = logits };

    /// <summary>Creates the reply of an overloaded silo.</summary>
    public static CompareReply Overloaded(TimeSpan retryAfter, string message) =>
        new() { Reason = BlendFailureReason.Overloaded, RetryAfter = retryAfter, Message = message };

    /// <summary>Creates the reply of a silo that is unreachable, is leaving, or has not loaded the ranker.</summary>
    public static CompareReply NotHere(string message) => new() { Reason = BlendFailureReason.Unreachable, Message = message };

    /// <summary>Creates the reply of a failed ranker.</summary>
    public static CompareReply Faulted(string message) => new() { Reason = BlendFailureReason.Faulted, Message = message };
}
