namespace LLMBlender.Training.Rewards.Runs;

/// <summary>What a validation measures on; never trained on.</summary>
/// <param name="CandidateSets">A file of candidate sets.</param>
/// <param name="Score">Their judge's score.</param>
/// <param name="Sets">How many sets, from the file's start; 0 for all.</param>
/// <param name="Pairs">A file of pairs.</param>
/// <param name="PairCount">How many pairs, from the file's start; 0 for all.</param>
/// <param name="Cases">A file of plain cases; none where null.</param>
internal sealed record DevelopmentData(string CandidateSets, string Score, int Sets, string Pairs, int PairCount, string? Cases);
