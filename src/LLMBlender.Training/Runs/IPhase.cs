namespace LLMBlender.Training.Runs;

/// <summary>A stretch of training.</summary>
internal interface IPhase
{
    string Name { get; }

    /// <summary>Optimizer steps.</summary>
    int Steps { get; }

    /// <summary>Learning rate of step <paramref name="step"/> of this phase, counted from 0.</summary>
    double Rate(long step);
}
