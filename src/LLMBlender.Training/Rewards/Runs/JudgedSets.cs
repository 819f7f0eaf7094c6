namespace LLMBlender.Training.Rewards.Runs;

/// <summary>A file of candidate sets to train on.</summary>
/// <param name="File">JSON Lines of candidate sets.</param>
/// <param name="Tag">The tag of its groups, for the mixture.</param>
/// <param name="Scores">The judges' scores, whose mean decides; a candidate with none of them is left out.</param>
/// <param name="Scale">Turns a difference of scores into the logit of one being better.</param>
/// <param name="MostAnswers">Answers of a group at most, drawn anew each time.</param>
/// <param name="ModelShare">
/// Share of a candidate's score that is its model's mean over the file: one verdict is noisy, and a model's mean is not.
/// </param>
/// <param name="ReferenceScore">The score of the set's reference answer, which then is a candidate; left out where null.</param>
internal sealed record JudgedSets(
    string File, string Tag, IReadOnlyList<string> Scores, double Scale, int MostAnswers, double ModelShare = 0, double? ReferenceScore = null);
