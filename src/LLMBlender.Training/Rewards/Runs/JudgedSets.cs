namespace LLMBlender.Training.Rewards.Runs;

/// <summary>A file of candidate sets to train on.</summary>
/// <param name="File">JSON Lines of candidate sets.</param>
/// <param name="Tag">The tag of its groups, for the mixture.</param>
/// <param name="Scores">The judges' scores, whose mean decides; a candidate with none of them is left out.</param>
/// <param name="Scale">Turns a difference of scores into the logit of one being better.</param>
/// <param name="MostAnswers">Answers of a group at most, drawn anew each time.</param>
internal sealed record JudgedSets(string File, string Tag, IReadOnlyList<string> Scores, double Scale, int MostAnswers);
