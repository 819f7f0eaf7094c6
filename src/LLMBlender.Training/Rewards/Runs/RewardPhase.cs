using LLMBlender.Training.Data;
using LLMBlender.Training.Runs;

namespace LLMBlender.Training.Rewards.Runs;

/// <summary>A stretch of a reward model's training, with one mixture.</summary>
internal sealed record RewardPhase : Phase
{
    /// <summary>Tokens of a row at most.</summary>
    public required int MaxLength { get; init; }

    /// <summary>Tokens of a source at most where a row is full.</summary>
    public required int SourceMaxLength { get; init; }

    /// <summary>Tokens of a made-up group's answers at most.</summary>
    public int MadeUpMaxLength { get; init; } = 128;

    /// <summary>Share of groups of each tag; <see cref="Training.Data.Mixture.MadeUp"/> stands for made-up bad answers.</summary>
    public required IReadOnlyDictionary<string, double> Weights { get; init; }

    /// <summary>Share of each kind among made-up bad answers, by <see cref="MadeUpPairs.Tags"/>.</summary>
    public IReadOnlyDictionary<string, double>? MadeUpKinds { get; init; }

    public Mixture Mixture => new(Weights, SourceMaxLength, MadeUpMaxLength, MadeUpKinds: MadeUpKinds);

    /// <inheritdoc/>
    public override double Rate(long step) => RateFrom + (RateTo - RateFrom) * (step + 1) / Steps;

    /// <inheritdoc/>
    public override void Validate(Action<string> fail)
    {
        base.Validate(fail);
        if (SourceMaxLength < 8 || MaxLength < SourceMaxLength + 32)
        {
            fail($"source_max_length {SourceMaxLength} must be at least 8, max_length {MaxLength} at least 32 more");
        }

        if (Weights.Values.Any(weight => weight is not >= 0) || Weights.Values.Sum() is not > 0)
        {
            fail("weights must be 0 or more, and not all 0");
        }

        if (MadeUpKinds is null && Weights.ContainsKey(Training.Data.Mixture.MadeUp))
        {
            fail($"made_up_kinds is absent, and weights names {Training.Data.Mixture.MadeUp}");
        }

        if (MadeUpKinds?.Keys.FirstOrDefault(kind => !MadeUpPairs.Tags.Contains(kind)) is { } unknown)
        {
            fail($"made_up_kinds names {unknown}; there are {string.Join(", ", MadeUpPairs.Tags)}");
        }
    }
}
