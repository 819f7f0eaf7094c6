namespace LLMBlender.Training.Rewards.Data.Facts;

/// <summary>A table of pairs, such as countries and capitals.</summary>
/// <param name="Name">The table's name.</param>
/// <param name="Questions">Ways to ask; {0} and {1} stand for an item's two sides.</param>
/// <param name="Answers">Ways to answer.</param>
/// <param name="Items">The pairs.</param>
internal sealed record FactRelation(
    string Name, IReadOnlyList<string> Questions, IReadOnlyList<string> Answers, IReadOnlyList<IReadOnlyList<string>> Items);
