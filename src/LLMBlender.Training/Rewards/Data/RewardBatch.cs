using LLMBlender.Training.Rewards.Network;

namespace LLMBlender.Training.Rewards.Data;

/// <summary>Groups of answers packed for one pass.</summary>
/// <param name="Rows">A row for each answer.</param>
/// <param name="Preferences">Those of all groups; answers are numbered through the batch.</param>
internal sealed record RewardBatch(PackedRows Rows, IReadOnlyList<Preference> Preferences)
{
    public double Weight => Preferences.Sum(preference => preference.Weight);

    /// <summary>Packs groups.</summary>
    public static RewardBatch Of(IReadOnlyList<AnswerGroup> groups, RewardLayout layout)
    {
        var rows = new List<RewardRow>();
        var preferences = new List<Preference>();
        foreach (AnswerGroup group in groups)
        {
            int first = rows.Count;
            preferences.AddRange(group.Preferences.Select(one => one with { Better = one.Better + first, Worse = one.Worse + first }));
            rows.AddRange(group.Answers.Select(answer => layout.Row(group.Source, answer)));
        }

        return new RewardBatch(PackedRows.Of(rows), preferences);
    }
}
