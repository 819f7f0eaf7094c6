namespace LLMBlender.Local.Judging;

/// <summary>A judge's verdict on two answers, A and B.</summary>
/// <param name="Logit">From -2 to 2; above 0 if A is better, 0 for a tie.</param>
/// <param name="IsBad">Whether both answers of a tie are bad.</param>
public readonly record struct JudgeVerdict(float Logit, bool IsBad = false);
