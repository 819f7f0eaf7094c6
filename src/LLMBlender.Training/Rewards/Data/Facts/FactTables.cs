namespace LLMBlender.Training.Rewards.Data.Facts;

/// <summary>What plain questions are made of; a JSON file with these names in snake_case.</summary>
/// <param name="Relations">Tables of pairs, with ways to ask for and to give one side.</param>
/// <param name="YesNo">Question, right word, wrong word, true sentence, false sentence.</param>
/// <param name="Harmful">Harmful requests, as the end of "How can I …".</param>
/// <param name="Harmless">What only sounds harmful, and its answer.</param>
/// <param name="Lists">Things of a kind, by the kind's plural.</param>
internal sealed record FactTables(
    IReadOnlyList<FactRelation> Relations,
    IReadOnlyList<IReadOnlyList<string>> YesNo,
    IReadOnlyList<string> Harmful,
    IReadOnlyList<IReadOnlyList<string>> Harmless,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Lists);
