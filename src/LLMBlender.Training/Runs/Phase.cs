namespace LLMBlender.Training.Runs;

/// <summary>A stretch of training with a learning rate that goes from one value to another.</summary>
internal abstract record Phase
{
    public required string Name { get; init; }

    /// <summary>Optimizer steps.</summary>
    public required int Steps { get; init; }

    public required double RateFrom { get; init; }

    public required double RateTo { get; init; }

    /// <summary>Learning rate of step <paramref name="step"/> of this phase, counted from 0.</summary>
    public abstract double Rate(long step);

    /// <summary>Hands the first broken rule to <paramref name="fail"/>.</summary>
    public virtual void Validate(Action<string> fail)
    {
        if (Steps < 1)
        {
            fail($"steps is {Steps}; it must be at least 1");
        }

        if (RateFrom < 0 || RateTo < 0)
        {
            fail($"rate_from {RateFrom} and rate_to {RateTo} must be 0 or more");
        }
    }
}
