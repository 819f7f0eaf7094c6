namespace LLMBlender.Core.Evaluation;

/// <summary>
/// Agreement of a ranker's ranks with a judge's: the paper's table 3. As in the reference, Pearson's and Spearman's coefficients are
/// computed for one model's ranks over all records and averaged over the models; the footrule is computed per record and averaged over
/// records. Spearman's and Kendall's coefficients of each record's candidates, averaged over records, are computed as well.
/// </summary>
/// <param name="bootstrap">The bootstrap over the records.</param>
public sealed class RankAgreement(Bootstrap bootstrap)
{
    private readonly Dictionary<string, List<(int Record, double Rank, double Judge)>> models = new(StringComparer.Ordinal);
    private readonly double[] footrule = Unknown(bootstrap.Records);
    private readonly double[] spearman = Unknown(bootstrap.Records);
    private readonly double[] kendall = Unknown(bootstrap.Records);
    private int count;

    /// <summary>Adds a record of at least two candidates.</summary>
    /// <param name="record">Its index among the bootstrap's records.</param>
    /// <param name="names">The candidates' models.</param>
    /// <param name="ranks">The ranker's ranks.</param>
    /// <param name="judge">The judge's ranks.</param>
    public void Add(int record, IReadOnlyList<string> names, int[] ranks, int[] judge)
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (!models.TryGetValue(names[i], out var column))
            {
                models[names[i]] = column = [];
            }

            column.Add((record, ranks[i], judge[i]));
        }

        count++;
        footrule[record] = Correlation.Footrule(ranks, judge);
        (double[] one, double[] other) = (Array.ConvertAll(ranks, Convert.ToDouble), Array.ConvertAll(judge, Convert.ToDouble));
        spearman[record] = Correlation.Spearman(one, other);
        kendall[record] = Correlation.Kendall(one, other);
    }

    /// <summary>Pearson's r of a model's ranks over records, averaged over the models.</summary>
    public Interval Pearson() => OverModels(static (ranks, judge) => (ranks, judge));

    /// <summary>
    /// Spearman's ρ of a model's ranks over records, averaged over the models. The interval uses the rank transformation of the whole
    /// sample.
    /// </summary>
    public Interval Spearman() => OverModels(static (ranks, judge) => (Ranks.Mean(ranks), Ranks.Mean(judge)));

    /// <summary>The mean footrule of a record.</summary>
    public Interval Footrule() => bootstrap.Mean(footrule);

    /// <summary>The mean of Spearman's ρ of a record's candidates; records whose ranks are all tied have none.</summary>
    public Interval SpearmanOfRecords() => bootstrap.Mean(spearman);

    /// <summary>The mean of Kendall's τ-b of a record's candidates; records whose ranks are all tied have none.</summary>
    public Interval KendallOfRecords() => bootstrap.Mean(kendall);

    private static double[] Unknown(int records)
    {
        double[] values = new double[records];
        Array.Fill(values, double.NaN);
        return values;
    }

    private Interval OverModels(Func<double[], double[], (double[] One, double[] Other)> transform)
    {
        var columns = models.Values.Select(column =>
        {
            var (one, other) = transform([.. column.Select(static cell => cell.Rank)], [.. column.Select(static cell => cell.Judge)]);
            return (Records: column.Select(static cell => cell.Record).ToArray(), One: one, Other: other);
        }).ToArray();
        return bootstrap.Of(count, weight =>
        {
            double sum = 0;
            int counting = 0;
            foreach (var (records, one, other) in columns)
            {
                double r = Weighted(records, one, other, weight);
                (sum, counting) = double.IsNaN(r) ? (sum, counting) : (sum + r, counting + 1);
            }

            return counting == 0 ? double.NaN : sum / counting;
        });
    }

    private static double Weighted(int[] records, double[] one, double[] other, Func<int, int> weight)
    {
        double n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
        for (int i = 0; i < records.Length; i++)
        {
            double w = weight(records[i]);
            (double a, double b) = (one[i], other[i]);
            n += w;
            x += w * a;
            y += w * b;
            xx += w * a * a;
            yy += w * b * b;
            xy += w * a * b;
        }

        (double spreadOne, double spreadOther) = ((n * xx) - (x * x), (n * yy) - (y * y));
        return spreadOne <= 0 || spreadOther <= 0 ? double.NaN : ((n * xy) - (x * y)) / Math.Sqrt(spreadOne * spreadOther);
    }
}
