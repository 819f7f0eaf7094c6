using LLMBlender.Training.Data;
using LLMBlender.Training.Optimization;

namespace LLMBlender.Training.Runs;

/// <summary>Which losses count how much.</summary>
/// <param name="Kind">The ranker's pair loss.</param>
/// <param name="TokenWeight">Weight of the pair loss over mean token scores.</param>
/// <param name="SeamWeight">Weight of the tokens' question for seams.</param>
/// <param name="CopyWeight">Weight of each of the tokens' other questions.</param>
/// <param name="TeacherWeight">Weight of the teacher's single labels.</param>
/// <param name="Half">Whether dense layers round their factors to bfloat16.</param>
internal sealed record LossOptions(LossKind Kind, double TokenWeight, double SeamWeight, double CopyWeight, double TeacherWeight, bool Half)
{
    /// <summary>Weight of one of <see cref="TokenMarks"/>' questions; that for seams may be another than the usual.</summary>
    public float MarkWeight(int question, double? seamWeight) => (float)(question == TokenMarks.Seam ? seamWeight ?? SeamWeight : CopyWeight);
}
