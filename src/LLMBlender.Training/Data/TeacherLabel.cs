namespace LLMBlender.Training.Data;

/// <summary>What the teacher thinks of a pair.</summary>
/// <param name="Logit">Positive when the first answer is better.</param>
/// <param name="Numbers">
/// What it rests on: the logit that each crowd's judgement would have, then the differences of the answers' features, scaled and bounded.
/// </param>
/// <param name="Shares">Probability that the pair is one of each crowd's.</param>
internal sealed record TeacherLabel(double Logit, float[] Numbers, float[] Shares)
{
    /// <summary>The label with the answers the other way round.</summary>
    public TeacherLabel Swapped() => new(-Logit, [.. Numbers.Select(number => -number)], Shares);
}
