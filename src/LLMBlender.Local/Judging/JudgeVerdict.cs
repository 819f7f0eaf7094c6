namespace LLMBlender.Local.Judging;

/// <summary>What a judge says of two answers, A and B.</summary>
/// <param name="Logit">From -2 to 2, above 0 where A is better, 0 where neither is.</param>
/// <param name="IsBad">Whether it finds both bad, where neither is better.</param>
public readonly record struct JudgeVerdict(float Logit, bool IsBad = false);
