namespace LLMBlender.Evaluation.Datasets.Preferences;

/// <summary>The answers to one instruction with what people or a judge said of them, read from a preference data set.</summary>
/// <param name="Instruction">The instruction; a conversation as one text.</param>
/// <param name="Id">The data set's id; null if it has none.</param>
/// <param name="Subset">The part of the data set; null if it has none.</param>
/// <param name="Answers">The answers with their scores by name, higher is better.</param>
internal sealed record PreferenceSet(string Instruction, string? Id, string? Subset, IReadOnlyList<(string Text, IReadOnlyDictionary<string, double> Scores)> Answers)
{
    /// <summary>The score of a preference: 1 for an answer that is preferred, 0 for one that is not.</summary>
    public const string Preference = "preference";

    /// <summary>An answer with its preference.</summary>
    public static (string Text, IReadOnlyDictionary<string, double> Scores) Answer(string text, double preference) =>
        (text, new Dictionary<string, double> { [Preference] = preference });
}
