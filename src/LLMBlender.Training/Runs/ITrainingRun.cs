namespace LLMBlender.Training.Runs;

/// <summary>A training run, whatever it trains.</summary>
internal interface ITrainingRun : IDisposable
{
    /// <summary>Raised after each step with its number.</summary>
    event Action<long>? Stepped;

    /// <summary>Where the run stands.</summary>
    RunState State { get; }

    /// <summary>Trains to the end of the last phase, or until <paramref name="stop"/>; leaves a checkpoint and an export.</summary>
    /// <returns>Whether the end was reached.</returns>
    bool Run(CancellationToken stop);
}
