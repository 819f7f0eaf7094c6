using LLMBlender.Training.Runs;

namespace LLMBlender.Training.Fusion.Runs;

/// <summary>All that a fuser's training depends on. A batch's tokens are those of sources and targets.</summary>
internal sealed record FuserRunConfig : RunConfig<FuserPhase>
{
    public FuserRunConfig()
    {
        (BatchTokens, BatchesPerStep) = (3072, 2);
        (CheckpointEvery, ExportEvery, ValidateEvery) = (100, 200, 200);
    }

    public required FuserShape Network { get; init; }

    /// <summary>Whether the weights start with the circuit of <see cref="Network.CopyingStart"/> instead of noise alone.</summary>
    public bool CopyingStart { get; init; } = true;

    /// <summary>Held-out records that a validation measures the loss on.</summary>
    public int ValidationRecords { get; init; } = 64;

    /// <summary>Of those, how many it writes answers for.</summary>
    public int ValidationAnswers { get; init; } = 16;

    /// <inheritdoc cref="RunConfig{TPhase}.Read"/>
    public static FuserRunConfig Load(string file) => Read<FuserRunConfig>(file);

    /// <inheritdoc/>
    protected override void Validate(Action<string> fail)
    {
        base.Validate(fail);
        if (ValidationRecords < 1)
        {
            fail($"validation_records is {ValidationRecords}; it must be at least 1");
        }
    }
}
