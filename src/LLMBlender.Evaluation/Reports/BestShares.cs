namespace LLMBlender.Evaluation.Reports;

/// <summary>Computes which models have the best candidates, and the ranks of chosen candidates.</summary>
/// <param name="records">The records.</param>
/// <param name="judgeRanks">The candidates' ranks by the ranking criterion; empty if it does not rank a record.</param>
internal sealed class BestShares(IReadOnlyList<EvaluatedRecord> records, int[][] judgeRanks)
{
    /// <summary>Counts the chosen candidates by their rank, from 1.</summary>
    /// <param name="chosen">The candidate chosen for each record; negative for none.</param>
    public int[] Counts(int[] chosen)
    {
        var counts = new int[records.Max(static record => record.Models.Length)];
        for (var r = 0; r < chosen.Length; r++)
        {
            if (chosen[r] >= 0 && judgeRanks[r].Length > 0)
            {
                counts[judgeRanks[r][chosen[r]] - 1]++;
            }
        }

        return counts;
    }

    /// <summary>Each model's share of records in which its candidate is best, in total and by subset; ties are split.</summary>
    /// <param name="models">The models, in the order of the shares.</param>
    public IReadOnlyList<(string Group, int Records, double[] Shares)> Of(string[] models)
    {
        var known = Enumerable.Range(0, records.Count).Where(r => judgeRanks[r].Length > 0).ToList();
        var groups = new List<(string, int, double[])> { Shares("all", known, models) };
        if (records.Any(static record => record.Group is not null))
        {
            groups.AddRange(known.GroupBy(r => records[r].Group ?? "other").OrderBy(static group => group.Key, StringComparer.Ordinal).Select(group => Shares(group.Key, [.. group], models)));
        }

        return groups;
    }

    private (string, int, double[]) Shares(string group, List<int> members, string[] models)
    {
        var shares = new double[models.Length];
        foreach (var r in members)
        {
            int[] best = [.. Enumerable.Range(0, records[r].Models.Length).Where(i => judgeRanks[r][i] == 1)];
            foreach (var i in best)
            {
                shares[Array.IndexOf(models, records[r].Models[i])] += 1.0 / best.Length / members.Count;
            }
        }

        return (group, members.Count, shares);
    }
}
