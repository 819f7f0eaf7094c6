
namespace LLMBlender.Training.Data;

/// <summary>A tokenised pair in which the first candidate is the better one.</summary>
internal sealed record TrainingPair
{
    /// <summary>Where the pair comes from; the mixture and the reports go by it.</summary>
    public required string Tag { get; init; }

    public required int[] Source { get; init; }

    public required int[] Better { get; init; }

    public required int[] Worse { get; init; }

    /// <summary>How much better: a difference of scores where there is one, else 1.</summary>
    public float Gap { get; init; } = 1;

    /// <summary>How likely the better one is better; below 1 both verdicts enter the loss.</summary>
    public float Certainty { get; init; } = 1;

    /// <summary>What the teacher thinks with the better one first; null where it was not asked.</summary>
    public TeacherLabel? TeacherLabel { get; init; }

    /// <summary>
    /// Seams of the better candidate's and of the worse candidate's tokens, one more for the token after the last; null where
    /// the pair was not made by damage.
    /// </summary>
    public (bool[] Better, bool[] Worse)? Seams { get; init; }
}
