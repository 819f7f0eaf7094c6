namespace LLMBlender.Training.Runs;

/// <summary>How fast a run goes, and how often it reports and saves.</summary>
internal interface IRunPace
{
    /// <summary>The folder that gets checkpoints/, export/ and log.jsonl.</summary>
    string Out { get; }

    /// <summary>Batches computed at the same time, each on one thread; doesn't change the result.</summary>
    int Workers { get; }

    int LogEvery { get; }

    int CheckpointEvery { get; }

    int ExportEvery { get; }

    int ValidateEvery { get; }
}
