namespace LLMBlender.Training.Rewards.Data;

/// <summary>One answer is better than another.</summary>
/// <param name="Better">Number of the better answer.</param>
/// <param name="Worse">Number of the worse answer.</param>
/// <param name="Likely">How likely it is so, 0.5 to 1.</param>
/// <param name="Weight">What it counts for in the loss.</param>
internal readonly record struct Preference(int Better, int Worse, float Likely, float Weight);
