namespace LLMBlender.Local.Fusion;

/// <summary>How a GenFuser model fuses. The defaults are the reference's.</summary>
public sealed record ModelFuserOptions
{
    /// <summary>Beams of the beam search; 1 takes the likeliest token each time.</summary>
    public int Beams { get; init; } = 4;

    /// <summary>Tokens of an answer at most; by default as many as of a candidate, as in the reference.</summary>
    public int? MaxNewTokens { get; init; }

    /// <summary>Tokens of a source at most; by default the model's.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Tokens of a candidate at most; by default the model's.</summary>
    public int? CandidateMaxLength { get; init; }

    /// <summary>Whether a long source loses its end, and control tokens in texts are read as such, as in the reference.</summary>
    public bool AsReference { get; init; }

    /// <summary>Requests that are fused together at most.</summary>
    public int BatchRequests { get; init; } = 8;
}
