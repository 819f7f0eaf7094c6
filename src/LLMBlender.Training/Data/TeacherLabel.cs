namespace LLMBlender.Training.Data;

/// <summary>The teacher's label of a pair.</summary>
/// <param name="Logit">Positive if the first answer is better.</param>
/// <param name="Numbers">
/// The inputs of the logit: each crowd's logit, then the differences of the answers' features, scaled and clamped.
/// </param>
/// <param name="Shares">Probability of each crowd given the pair.</param>
internal sealed record TeacherLabel(double Logit, float[] Numbers, float[] Shares)
{
    /// <summary>Returns the label of the swapped answers.</summary>
    public TeacherLabel Swapped() => new(-Logit, [.. Numbers.Select(number => -number)], Shares);
}
