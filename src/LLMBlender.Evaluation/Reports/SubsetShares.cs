using LLMBlender.Core.Evaluation;

namespace LLMBlender.Evaluation.Reports;

/// <summary>
/// Computes how often choices are a best candidate, by subset: of records with one right answer this is the accuracy that benchmarks
/// of reward models report.
/// </summary>
internal static class SubsetShares
{
    /// <summary>The name of the column of all records.</summary>
    public const string All = "all";

    /// <summary>Returns a row for each choice; none if the records have no subsets or no ranks.</summary>
    /// <param name="records">The records.</param>
    /// <param name="judgeRanks">The candidates' ranks by the ranking criterion; empty if it does not rank a record.</param>
    /// <param name="bootstrap">Computes the confidence intervals.</param>
    /// <param name="choices">The choices by name, a candidate for each record; negative for none.</param>
    public static IReadOnlyList<SubsetRow> Of(
        IReadOnlyList<EvaluatedRecord> records, int[][] judgeRanks, Bootstrap bootstrap, IEnumerable<(string Name, int[] Chosen)> choices)
    {
        string[] groups = [.. records.Where((record, r) => record.Group is not null && judgeRanks[r].Length > 0).Select(static record => record.Group!).Distinct().Order(StringComparer.Ordinal)];
        if (groups.Length == 0)
        {
            return [];
        }

        Interval Share(int[] chosen, string? group) => bootstrap.Mean([.. chosen.Select((choice, r) =>
            choice < 0 || judgeRanks[r].Length == 0 || (group is not null && records[r].Group != group) ? double.NaN : judgeRanks[r][choice] == 1 ? 1 : 0)]);
        return
        [
            .. choices.Select(choice => new SubsetRow(
                choice.Name,
                [(All, Share(choice.Chosen, null)), .. groups.Length > 1 ? groups.Select(group => (group, Share(choice.Chosen, group))) : []])),
        ];
    }
}
