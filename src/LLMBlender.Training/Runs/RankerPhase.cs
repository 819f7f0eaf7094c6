using LLMBlender.Training.Data;

namespace LLMBlender.Training.Runs;

/// <summary>A stretch of a ranker's training, with one mixture.</summary>
internal sealed record RankerPhase : Phase
{
    /// <summary>Whether the rate moves along half a cosine instead of a line.</summary>
    public bool Cosine { get; init; }

    public required int SourceMaxLength { get; init; }

    public required int CandidateMaxLength { get; init; }

    /// <summary>Share of each tag; <see cref="Data.Mixture.MadeUp"/> stands for made-up pairs.</summary>
    public required IReadOnlyDictionary<string, double> Weights { get; init; }

    /// <summary>Share of each kind among made-up pairs; the usual ones where absent.</summary>
    public IReadOnlyDictionary<string, double>? MadeUpKinds { get; init; }

    /// <summary>Factor on the teacher's logits: above 1, its slight labels count for more.</summary>
    public double Sharpness { get; init; } = 1;

    /// <summary>Weight of the question for seams in this phase, instead of the run's.</summary>
    public double? SeamWeight { get; init; }

    public Mixture Mixture => new(Weights, SourceMaxLength, CandidateMaxLength, Sharpness, MadeUpKinds);

    /// <inheritdoc/>
    public override double Rate(long step)
    {
        double done = (step + 1) / (double)Steps;
        double share = Cosine ? (1 - Math.Cos(Math.PI * done)) / 2 : done;
        return RateFrom + (RateTo - RateFrom) * share;
    }

    /// <inheritdoc/>
    public override void Validate(Action<string> fail)
    {
        base.Validate(fail);
        if (SourceMaxLength < 8 || CandidateMaxLength < 32)
        {
            fail($"source_max_length {SourceMaxLength} must be at least 8, candidate_max_length {CandidateMaxLength} at least 32");
        }

        if (Weights.Values.Any(weight => weight is not >= 0) || Weights.Values.Sum() is not > 0)
        {
            fail("weights must be 0 or more, and not all 0");
        }

        if (Sharpness <= 0)
        {
            fail($"sharpness is {Sharpness}; it must be above 0");
        }

        if (SeamWeight < 0)
        {
            fail($"seam_weight is {SeamWeight}; it must be 0 or more");
        }

        if (MadeUpKinds?.Keys.FirstOrDefault(kind => !MadeUpPairs.Tags.Contains(kind)) is { } unknown)
        {
            fail($"made_up_kinds names {unknown}; there are {string.Join(", ", MadeUpPairs.Tags)}");
        }

        if (MadeUpKinds is { } kinds && (kinds.Values.Any(share => share is not >= 0) || kinds.Values.Sum() is not > 0))
        {
            fail("made_up_kinds must be 0 or more, and not all 0");
        }
    }
}
