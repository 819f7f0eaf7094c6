namespace LLMBlender.Local.Fusion;

/// <summary>Options of a <see cref="ModelFuser"/>. The defaults are those of the reference.</summary>
public sealed record ModelFuserOptions
{
    /// <summary>Number of beams of the beam search; 1 is greedy decoding.</summary>
    public int Beams { get; init; } = 4;

    /// <summary>Maximum number of tokens of an answer; by default that of a candidate, as in the reference.</summary>
    public int? MaxNewTokens { get; init; }

    /// <summary>Maximum number of tokens of a source; by default the model's.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Maximum number of tokens of a candidate; by default the model's.</summary>
    public int? CandidateMaxLength { get; init; }

    /// <summary>Whether a long source is truncated at its end, and control tokens in texts are encoded as such, as in the reference.</summary>
    public bool AsReference { get; init; }

    /// <summary>Maximum number of requests in a batch.</summary>
    public int BatchRequests { get; init; } = 8;
}
