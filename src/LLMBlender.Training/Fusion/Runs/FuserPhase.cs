using LLMBlender.Training.Fusion.Data;
using LLMBlender.Training.Runs;

namespace LLMBlender.Training.Fusion.Runs;

/// <summary>A stretch of a fuser's training, with one recipe and a rate that moves along a line.</summary>
internal sealed record FuserPhase : Phase
{
    public FusionRecipe Recipe { get; init; } = new();

    /// <inheritdoc/>
    public override double Rate(long step) => RateFrom + (RateTo - RateFrom) * (step + 1) / Steps;

    /// <inheritdoc/>
    public override void Validate(Action<string> fail)
    {
        base.Validate(fail);
        Recipe.Validate(fail);
    }
}
