namespace LLMBlender.Inference.GenFuser;

/// <summary>How tokens are chosen, and how many at most. The defaults are greedy.</summary>
public sealed record GenerationOptions
{
    /// <summary>Tokens generated at most, the end token included.</summary>
    public int MaxNewTokens { get; init; } = 128;

    /// <summary>Beams of a beam search; 1 takes the likeliest token each time, or samples.</summary>
    public int Beams { get; init; } = 1;

    /// <summary>
    /// A finished beam's sum of log-probabilities is divided by its generated length to this power; above 0 favours longer
    /// ones. Beam search only.
    /// </summary>
    public double LengthPenalty { get; init; } = 1;

    /// <summary>
    /// Whether a beam search ends as soon as it has as many finished beams as beams; else it goes on until no running
    /// beam could still beat the worst finished one at its present length.
    /// </summary>
    public bool EarlyStopping { get; init; }

    /// <summary>Sequences given back for each prompt: the best finished beams, or as many samples.</summary>
    public int ReturnSequences { get; init; } = 1;

    /// <summary>Draws tokens at random rather than taking the likeliest; null for the latter.</summary>
    public SamplingOptions? Sampling { get; init; }

    /// <summary>Prompts that are generated together at most.</summary>
    public int BatchPrompts { get; init; } = 8;

    /// <summary>Rows that one prompt takes in a batch.</summary>
    internal int RowsPerPrompt => Sampling is null ? Beams : ReturnSequences;

    /// <summary>Checks every value; generation does so first.</summary>
    /// <exception cref="ArgumentException">A value is out of range, or two exclude each other.</exception>
    public void Check()
    {
        Require(MaxNewTokens >= 1, nameof(MaxNewTokens), MaxNewTokens, "must be at least 1");
        Require(Beams is >= 1 and <= 64, nameof(Beams), Beams, "must be from 1 to 64");
        Require(double.IsFinite(LengthPenalty), nameof(LengthPenalty), LengthPenalty, "must be a finite number");
        Require(ReturnSequences is >= 1 and <= 64, nameof(ReturnSequences), ReturnSequences, "must be from 1 to 64");
        Require(BatchPrompts >= 1, nameof(BatchPrompts), BatchPrompts, "must be at least 1");
        if (Sampling is null)
        {
            Require(
                ReturnSequences <= Beams, nameof(ReturnSequences), ReturnSequences, $"must be at most the number of beams, {Beams}, or be sampled");
            return;
        }

        Require(Beams == 1, nameof(Beams), Beams, "must be 1 when tokens are sampled: beam search and sampling exclude each other");
        Require(
            double.IsFinite(Sampling.Temperature) && Sampling.Temperature > 0,
            nameof(Sampling.Temperature), Sampling.Temperature, "must be above 0");
        Require(Sampling.TopP is > 0 and <= 1, nameof(Sampling.TopP), Sampling.TopP, "must be above 0 and at most 1");
        Require(Sampling.TopK is null or >= 1, nameof(Sampling.TopK), Sampling.TopK, "must be at least 1");
    }

    private static void Require(bool isMet, string name, object? value, string rule)
    {
        if (!isMet)
        {
            throw new ArgumentException($"{name} is {FormattableString.Invariant($"{value}")}, and {rule}", name);
        }
    }
}
