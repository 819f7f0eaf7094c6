namespace LLMBlender.Training.Runs;

/// <summary>Where a run stands: everything but weights and moments, since all randomness follows from the seed and this place.</summary>
/// <param name="Step">Optimizer steps taken in all.</param>
/// <param name="Phase">Number of the phase under way.</param>
/// <param name="PhaseStep">Steps taken in it.</param>
/// <param name="Window">Number of its window under way.</param>
/// <param name="WindowStep">Steps taken of that window.</param>
/// <param name="Tokens">Tokens seen in all, without padding.</param>
/// <param name="Pairs">Pairs, or a fuser's records, seen in all.</param>
/// <param name="Seconds">Time spent in training, over all sessions.</param>
internal sealed record RunState(
    long Step, int Phase, long PhaseStep, long Window, int WindowStep, long Tokens, long Pairs, double Seconds)
{
    public static RunState Start { get; } = new(0, 0, 0, 0, 0, 0, 0, 0);
}
