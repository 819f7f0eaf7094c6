namespace LLMBlender.Inference.GenFuser;

/// <summary>How tokens are chosen, and the maximum number of tokens. The defaults are greedy.</summary>
public sealed record GenerationOptions
{
    /// <summary>The maximum number of generated tokens, including the end token.</summary>
    public int MaxNewTokens { get; init; } = 128;

    /// <summary>The number of beams in a beam search; 1 for greedy decoding or sampling.</summary>
    public int Beams { get; init; } = 1;

    /// <summary>
    /// The exponent of the generated length by which a finished beam's sum of log-probabilities is divided; above 0 favours longer ones.
    /// Beam search only.
    /// </summary>
    public double LengthPenalty { get; init; } = 1;

    /// <summary>
    /// Whether a beam search stops as soon as it has as many finished beams as beams; otherwise it continues until no running beam can
    /// score higher than the worst finished one at its current length.
    /// </summary>
    public bool EarlyStopping { get; init; }

    /// <summary>The number of sequences returned for each prompt: the best finished beams, or samples.</summary>
    public int ReturnSequences { get; init; } = 1;

    /// <summary>Sampling options; null for greedy decoding or beam search.</summary>
    public SamplingOptions? Sampling { get; init; }

    /// <summary>The maximum number of prompts in a batch.</summary>
    public int BatchPrompts { get; init; } = 8;

    /// <summary>The number of rows per prompt in a batch.</summary>
    internal int RowsPerPrompt => Sampling is null ? Beams : ReturnSequences;

    /// <summary>Validates every value; called before generation.</summary>
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
