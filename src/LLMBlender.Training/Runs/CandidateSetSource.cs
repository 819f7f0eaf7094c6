namespace LLMBlender.Training.Runs;

/// <summary>Candidate sets to take pairs from.</summary>
/// <param name="File">JSON Lines of candidate sets.</param>
/// <param name="Tag">The tag of the pairs, for the mixture.</param>
/// <param name="Score">The score that decides which of two candidates is better.</param>
/// <param name="LeastGap">Pairs whose scores differ by less are left out.</param>
internal sealed record CandidateSetSource(string File, string Tag, string Score, double LeastGap);
