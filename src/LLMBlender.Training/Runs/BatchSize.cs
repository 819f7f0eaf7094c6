namespace LLMBlender.Training.Runs;

/// <summary>What a batch counts for.</summary>
/// <param name="Tokens">Its tokens, without padding.</param>
/// <param name="Records">Its pairs, or a fuser's records.</param>
/// <param name="Asked">Pairs or tokens that it can get right.</param>
internal readonly record struct BatchSize(long Tokens, long Records, int Asked);
