using LLMBlender.Training.Fusion.Data;
using LLMBlender.Training.Runs;

namespace LLMBlender.Training.Fusion.Runs;

/// <summary>A stretch of training with one recipe and a learning rate that goes from one value to another along a line.</summary>
internal sealed record FuserPhase : IPhase
{
    public required string Name { get; init; }

    public required int Steps { get; init; }

    public required double RateFrom { get; init; }

    public required double RateTo { get; init; }

    public FusionRecipe Recipe { get; init; } = new();

    /// <inheritdoc/>
    public double Rate(long step) => RateFrom + (RateTo - RateFrom) * (step + 1) / Steps;

    /// <summary>Hands the first broken rule to <paramref name="fail"/>.</summary>
    public void Validate(Action<string> fail)
    {
        if (Steps < 1)
        {
            fail($"steps is {Steps}; it must be at least 1");
        }

        if (RateFrom < 0 || RateTo < 0)
        {
            fail($"rate_from {RateFrom} and rate_to {RateTo} must be 0 or more");
        }

        Recipe.Validate(fail);
    }
}
