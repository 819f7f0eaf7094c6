using LLMBlender.Core.Evaluation;

namespace LLMBlender.Evaluation.Reports;

/// <summary>Measures the position bias of rankers.</summary>
internal sealed class BiasRows(IReadOnlyList<EvaluatedRecord> records, Bootstrap bootstrap)
{
    /// <summary>
    /// Returns a row for the pair ranker, one for each other ranker, and one for the file's judge if it judged both orders.
    /// </summary>
    /// <param name="rankerName">The pair ranker's name.</param>
    /// <param name="others">The other rankers' names.</param>
    public IReadOnlyList<BiasRow> Of(string rankerName, IEnumerable<string> others)
    {
        var rows = new List<BiasRow> { Row(rankerName, static record => record.Finding.Matrix) };
        foreach (var other in others)
        {
            if (records.Any(record => record.Finding.Rankers[other].Matrix is not null))
            {
                rows.Add(Row(other, record => record.Finding.Rankers[other].Matrix));
            }
            else
            {
                var none = new Interval(0, 0, 0, records.Count);
                rows.Add(new BiasRow(other, none, none, Interval.None, Interval.None));
            }
        }

        if (records.Any(static record => record.Orders is not null))
        {
            rows.Add(Row("the file's judge", static record => record.Orders));
        }

        return rows;
    }

    private BiasRow Row(string name, Func<EvaluatedRecord, float[,]?> matrix)
    {
        PositionBias?[] biases = [.. records.Select(record => matrix(record) is { } m && m.GetLength(0) > 1 ? PositionBias.Of(m) : (PositionBias?)null)];
        Interval Mean(Func<PositionBias, double> part) => bootstrap.Mean([.. biases.Select(bias => bias is { } known ? part(known) : double.NaN)]);
        return new BiasRow(
            name, Mean(static b => b.Turned), Mean(static b => b.Asymmetry), Mean(static b => b.Size), Mean(static b => b.FirstWins));
    }
}
