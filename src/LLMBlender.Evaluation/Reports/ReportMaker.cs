using LLMBlender.Core.Evaluation;
using LLMBlender.Core.Ranking;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Reports;

/// <summary>Creates the report of evaluated records: the paper's tables, position bias and the cost of the aggregations.</summary>
internal sealed class ReportMaker
{
    private const string PairRanker = "pair-ranker";

    // The aggregations that find the best candidate; the first is the baseline. Those that only find the worst are excluded.
    private static readonly string[] Aggregations = [.. RankingEngines.Orders, BubbleSort.BestAlone, Adaptive.BestAlone];

    private readonly EvaluationPlan plan;
    private readonly IReadOnlyList<EvaluatedRecord> records;
    private readonly string rankerName;
    private readonly string? fuserName;
    private readonly double? temperature;
    private readonly Bootstrap bootstrap;
    private readonly RankingCriterion criterion;
    private readonly int[][] judgeRanks;
    private readonly string[] models;
    private readonly string[] fileScores;
    private readonly CandidateRanking[][] rankings;

    /// <param name="plan">The settings of the evaluation.</param>
    /// <param name="records">The records, at least one.</param>
    /// <param name="rankerName">The pair ranker's name.</param>
    /// <param name="fuserName">The fuser's name; null if the blend is the best candidate.</param>
    /// <param name="temperature">The pair ranker's temperature; null if it is not calibrated.</param>
    public ReportMaker(EvaluationPlan plan, IReadOnlyList<EvaluatedRecord> records, string rankerName, string? fuserName, double? temperature)
    {
        this.temperature = temperature;
        (this.plan, this.records, this.rankerName, this.fuserName) = (plan, records, rankerName, fuserName);
        bootstrap = new Bootstrap(records.Count, plan.Seed, plan.Resamples);
        criterion = RankingCriterion.Of(plan, records);
        judgeRanks = [.. records.Select(record => criterion.Of(record) is { } scores && !scores.Any(double.IsNaN) ? Ranks.Smallest(scores) : [])];
        fileScores = [.. records[0].FileScores.Keys.Where(name => records.All(record => record.FileScores.ContainsKey(name)))];
        rankings = [.. Aggregations.Select(name => records
            .AsParallel().AsOrdered()
            .Select(record => RecordedMatrix.Rank(RankingEngines.Create(name, record.Models.Length), record.Finding.Matrix)).ToArray())];
        models = OrderedModels();
    }

    /// <summary>Creates the report.</summary>
    /// <param name="facts">The run's identity.</param>
    public EvaluationReport Make(IReadOnlyList<(string Name, string Value)> facts)
    {
        string[] against = Against();
        var columns = new TableColumns(plan, criterion, records, judgeRanks, fileScores, against);
        var (rows, choices) = Rows(columns);
        var engines = new EngineRows(records, rankings[0], bootstrap, Quality);
        var bests = new BestShares(records, judgeRanks);
        (string Name, int[] Chosen)[] choosers = [.. choices.Where(static choice => choice.Kind is "ranker" or PairRanker).Select(static choice => (choice.Name, choice.Chosen))];
        var differences = models.Length > 0 ? new BestModelDifferences(records, judgeRanks, bootstrap, criterion, models[0], Quality) : null;
        var confidence = temperature is { } known ? new ConfidenceRows(rankings[0], judgeRanks, Quality, known, bootstrap) : null;
        int[] best = [.. rankings[0].Select(static ranking => ranking.Best)];
        return new EvaluationReport
        {
            Facts = facts,
            Finding = differences?.Sentence(rankerName, best) ?? Accuracy(best),
            Differences = differences is null ? [] : [.. choosers.Select(choice => differences.Of(choice.Name, choice.Chosen))],
            Subsets = SubsetShares.Of(records, judgeRanks, bootstrap, choosers),
            Reliability = confidence?.Bins() ?? [],
            Coverage = confidence?.Covered() ?? [],
            CalibrationError = confidence?.ExpectedCalibrationError,
            Records = [.. records.Select((record, r) => record.Texts is null ? null : RecordView.Of(record, rankings[0][r], criterion.Of(record), judgeRanks[r])).OfType<RecordView>()],
            Columns = columns.Columns,
            Rows = rows,
            Agreement = criterion.IsJudge ? Agreement() : [],
            Bias = new BiasRows(records, bootstrap).Of(rankerName, plan.Rankers.Select(static ranker => ranker.Name)),
            Engines = [.. Aggregations.Zip(rankings, engines.Of), engines.OneOrder()],
            Criterion = criterion.Name,
            RankCounts = [.. choices.Select(choice => (choice.Name, bests.Counts(choice.Chosen)))],
            Models = models,
            Bests = models.Length > 0 ? bests.Of(models) : [],
            Examples = MatrixExamples.Of(records, rankings[0]),
            Notes = Notes(columns),
        };
    }

    private static int[] Chosen(IReadOnlyList<double[]> scores) => [.. scores.Select(static one => Best(one))];

    private static int Best(double[] scores)
    {
        var best = -1;
        for (var i = 0; i < scores.Length; i++)
        {
            best = !double.IsNaN(scores[i]) && (best < 0 || scores[i] > scores[best]) ? i : best;
        }

        return best;
    }

    // Candidates without a model's name are known by their position, which is not a model. Sorted by mean rank by the ranking criterion, over the records that contain the model. Models without ranks are last: their mean
    // is NaN, which would sort before every number.
    private string[] OrderedModels()
    {
        if (!records.Any(static record => record.HasModels))
        {
            return [];
        }

        var sums = new Dictionary<string, (double Sum, int Count)>(StringComparer.Ordinal);
        for (var r = 0; r < records.Count; r++)
        {
            for (var i = 0; i < records[r].Models.Length; i++)
            {
                var (sum, count) = sums.GetValueOrDefault(records[r].Models[i]);
                sums[records[r].Models[i]] = judgeRanks[r].Length == 0 ? (sum, count) : (sum + judgeRanks[r][i], count + 1);
            }
        }

        return [.. sums.OrderBy(static one => one.Value.Count == 0).ThenBy(static one => one.Value.Sum / one.Value.Count)
            .ThenBy(static one => one.Key, StringComparer.Ordinal).Select(static one => one.Key)];
    }

    private string[] Against()
    {
        foreach (var name in plan.Against.Where(name => !models.Contains(name)))
        {
            throw new UsageException($"--against {name}: there is no such model; there are {string.Join(", ", models)}");
        }

        return !criterion.IsJudge ? [] : plan.Against.Length > 0 ? plan.Against : models[..Math.Min(2, models.Length)];
    }

    private (List<ReportRow> Rows, List<(string Kind, string Name, int[] Chosen)> Choices) Rows(TableColumns columns)
    {
        var rows = new List<ReportRow>();
        var choices = new List<(string Kind, string Name, int[] Chosen)>();
        void Add(string kind, string name, int[] chosen)
        {
            rows.Add(new ReportRow(kind, name, columns.Of(chosen, bootstrap)));
            choices.Add((kind, name, chosen));
        }

        foreach (var model in models)
        {
            Add("model", model, [.. records.Select(record => Array.IndexOf(record.Models, model))]);
        }

        foreach (var metric in plan.Metrics)
        {
            Add("oracle", $"Oracle {metric.Name}", Chosen([.. records.Select(record => record.Finding.Metrics[metric.Name])]));
        }

        foreach (var score in fileScores)
        {
            Add("oracle", $"Oracle {columns.FileColumn(score)}", Chosen([.. records.Select(record => record.FileScores[score])]));
        }

        if (criterion.IsVerdicts)
        {
            Add("oracle", "Oracle GPT-Rank", Chosen([.. records.Select(record => record.Judged?.Scores() ?? [])]));
        }

        foreach (var ranker in plan.Rankers)
        {
            Add("ranker", ranker.Name, Chosen([.. records.Select(record => record.Finding.Rankers[ranker.Name].Scores)]));
        }

        for (var engine = 0; engine < rankings.Length; engine++)
        {
            Add(PairRanker, $"{rankerName} {Aggregations[engine]}", [.. rankings[engine].Select(static ranking => ranking.Best)]);
        }

        int[] best = [.. rankings[0].Select(static ranking => ranking.Best)];
        rows.Add(fuserName is null
            ? new ReportRow("blend", "LLM-Blender (select)", columns.Of(best, bootstrap))
            : new ReportRow("blend", $"LLM-Blender ({fuserName})", columns.OfBlend(best, bootstrap)));
        return (rows, choices);
    }

    // The finding on preference data: how often the choice is right, beside a choice at random.
    private string Accuracy(int[] best)
    {
        var right = bootstrap.Mean([.. best.Select((i, r) => judgeRanks[r].Length == 0 ? double.NaN : judgeRanks[r][i] == 1 ? 1 : 0)]);
        var chance = bootstrap.Mean([.. judgeRanks.Select(static ranks => ranks.Length == 0 ? double.NaN : ranks.Count(static rank => rank == 1) / (double)ranks.Length)]);
        return right.IsThere
            ? $"What {rankerName} chooses is best by {criterion.Name} in {Figures.WithInterval(right, isShare: true)} % of {right.Count} records; at random, {Figures.Number(chance.Value, isShare: true)} %."
            : $"Nothing ranks these candidates, so that the choices of {rankerName} can't be judged.";
    }

    private List<AgreementRow> Agreement()
    {
        var rows = new List<AgreementRow>();
        void Add(string name, Func<int, double[]?> scores)
        {
            var agreement = new RankAgreement(bootstrap);
            for (var r = 0; r < records.Count; r++)
            {
                if (judgeRanks[r].Length > 1 && scores(r) is { } known && !known.Any(double.IsNaN))
                {
                    agreement.Add(r, records[r].Models, Ranks.Smallest(known), judgeRanks[r]);
                }
            }

            rows.Add(new AgreementRow(
                name, agreement.Pearson(), agreement.Spearman(), agreement.Footrule(), agreement.SpearmanOfRecords(), agreement.KendallOfRecords()));
        }

        foreach (var ranker in plan.Rankers)
        {
            Add(ranker.Name, r => records[r].Finding.Rankers[ranker.Name].Scores);
        }

        foreach (var metric in plan.Metrics)
        {
            Add(metric.Name, r => records[r].Finding.Metrics[metric.Name]);
        }

        foreach (var score in fileScores.Where(score => score != criterion.Score))
        {
            Add(plan.Metrics.Any(metric => metric.Name == score) ? $"{score} (file)" : score, r => records[r].FileScores[score]);
        }

        foreach (var (name, ranked) in Aggregations.Zip(rankings).Take(RankingEngines.Orders.Count))
        {
            Add($"{rankerName} {name}", r => ranked[r].Scores);
        }

        return rows;
    }

    // Verdicts define no quality of a candidate except its rank.
    private double Quality(int record, int candidate) => judgeRanks[record].Length == 0
        ? double.NaN
        : criterion.IsVerdicts ? judgeRanks[record][candidate] : criterion.Of(records[record])![candidate];

    private List<string> Notes(TableColumns columns)
    {
        List<string> notes =
        [
            .. models.Length > 0 ? [$"The best single model is {models[0]}, by its mean rank by {criterion.Name} on these same records, which favours it."] : Array.Empty<string>(),
            .. columns.Notes,
        ];
        var part = records.SelectMany(static record => record.PartScores).Distinct(StringComparer.Ordinal)
            .Concat(records.SelectMany(static record => record.FileScores.Keys).Distinct(StringComparer.Ordinal).Except(fileScores)).Distinct().ToList();
        if (part.Count > 0)
        {
            notes.Add($"Only some candidates have the file's score {string.Join(", ", part)}: not tabulated.");
        }

        if (criterion.IsVerdicts && records.Count(static record => record.Judged is null) is > 0 and var unjudged)
        {
            notes.Add($"{unjudged} of {records.Count} records lack verdicts on some pair, and are excluded from ranks by the judge.");
        }

        if (!criterion.IsJudge)
        {
            var scores = fileScores.Length > 0 ? $" (the file has {string.Join(", ", fileScores)})" : "";
            notes.Add($"No judge: ranks are by {criterion.Name}, and there is no table of agreement. --judge SCORE selects a score of the file that replaces one{scores}.");
        }

        if (records.Count(static record => record.Texts is not null) is > 0 and var shown && shown < records.Count)
        {
            notes.Add($"The texts of the first {shown} records are in the file.");
        }

        notes.Add($"Intervals are 95 %, by a percentile bootstrap of {plan.Resamples} resamples of records, seed {plan.Seed}.");
        return notes;
    }
}
