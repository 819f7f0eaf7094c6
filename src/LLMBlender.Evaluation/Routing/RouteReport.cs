using LLMBlender.Core.Ranking;
using LLMBlender.Core.Routing;
using LLMBlender.Evaluation.Staging;

namespace LLMBlender.Evaluation.Routing;

/// <summary>What a route saves and what it costs, learned on every other question and measured on the others.</summary>
/// <param name="Questions">The number of questions that it is measured on.</param>
/// <param name="All">All members asked.</param>
/// <param name="Points">The route at several probabilities to keep the best answer.</param>
/// <param name="Fixed">The same without the question: always the members that are best most often.</param>
/// <param name="Keep">The lowest probability of <paramref name="Points"/> from which on the quality is kept.</param>
/// <param name="Members">The members' shares, most first.</param>
/// <param name="EffectiveMembers">How many members the panel counts as: the exponential of the entropy of the shares of best answers.</param>
/// <param name="SameChoice">The share of questions for which <paramref name="Keep"/> asks the same members as for most of them.</param>
/// <param name="Alike">Pairs of members whose answers agree the most, with their mean agreement.</param>
public sealed record RouteReport(
    int Questions,
    RoutePoint All,
    RoutePoint[] Points,
    RoutePoint[] Fixed,
    double Keep,
    (string Member, double Best)[] Members,
    double EffectiveMembers,
    double SameChoice,
    (string First, string Second, double Agreement)[] Alike)
{
    /// <summary>The share of the quality of all members that is to be kept.</summary>
    public const double KeptQuality = 0.98;

    private const double DominatingShare = 2 / 3.0;
    private const double SameShare = 0.95;
    private const double AlikeFrom = 0.5;
    private const int AlikePairs = 3;
    private static readonly double[] Levels = [.. Enumerable.Range(4, 17).Select(static i => i / 20.0)];

    /// <summary>Measures.</summary>
    /// <param name="questions">The questions, at least four.</param>
    /// <param name="temperature">The ranker's temperature, above 0.</param>
    /// <exception cref="ArgumentException">There are fewer than four questions.</exception>
    public static RouteReport Of(IReadOnlyList<RoutedQuestion> questions, double temperature)
    {
        ArgumentNullException.ThrowIfNull(questions);
        if (questions.Count < 4)
        {
            throw new ArgumentException($"there are {questions.Count} questions, and at least 4 are needed", nameof(questions));
        }

        var route = RouteFit.Of([.. questions.Where(static (_, i) => i % 2 == 0)], temperature);
        RoutedQuestion[] held = [.. questions.Where(static (_, i) => i % 2 == 1)];
        var without = route with { Members = Array.ConvertAll(route.Members, static member => member with { Weights = new float[member.Weights.Length] }) };
        var all = Point(1, held, route, temperature);
        RoutePoint[] points = [.. Levels.Select(level => Point(level, held, route, temperature))];
        var keep = points.FirstOrDefault(point => point.Keep < 1 && points.Where(later => later.Keep >= point.Keep).All(later => later.Keeps(all)))?.Keep ?? 1;
        var best = BestShares(questions, temperature);
        return new RouteReport(
            held.Length,
            all,
            points,
            [.. Levels.Select(level => Point(level, held, without, temperature))],
            keep,
            [.. best.OrderByDescending(static member => member.Value).Select(static member => (member.Key, member.Value))],
            Math.Exp(-best.Values.Sum(static share => share > 0 ? share * Math.Log(share) : 0)),
            held.GroupBy(question => string.Join('\n', Names(question, route, keep))).Max(static group => group.Count()) / (double)held.Length,
            Agreements(questions));
    }

    /// <summary>What a person should know before using the route.</summary>
    public IEnumerable<string> Warnings()
    {
        if (Members[0].Best > DominatingShare && Members.Length > 1)
        {
            yield return FormattableString.Invariant($"{Members[0].Member} has the best answer to {Members[0].Best:P0} of the questions: asking it alone may be enough");
        }

        if (SameChoice > SameShare && Keep < 1)
        {
            yield return FormattableString.Invariant($"the same members are asked for {SameChoice:P0} of the questions: a panel of them needs no route");
        }

        if (Keep >= 1)
        {
            yield return FormattableString.Invariant($"no route keeps {KeptQuality:P0} of the quality, and all members are asked");
        }

        foreach (var (first, second, agreement) in Alike.Where(static pair => pair.Agreement >= AlikeFrom))
        {
            yield return FormattableString.Invariant($"{first} and {second} say nearly the same ({agreement:P0} of the word pairs): one of them may be enough");
        }
    }

    private static RoutePoint Point(double keep, RoutedQuestion[] questions, RouteModel route, double temperature)
    {
        var choices = Array.ConvertAll(questions, question =>
        {
            var asked = Indices(question, route, keep);
            var (choice, _) = question.Set.Choose(asked, temperature);
            return (Calls: (double)asked.Length / question.Set.Models.Count, Score: question.Set.Scores[choice], Rank: question.Set.Rank(choice));
        });
        return new RoutePoint(keep, choices.Average(static choice => choice.Calls), choices.Average(static choice => choice.Score), choices.Average(static choice => choice.Rank));
    }

    private static int[] Indices(RoutedQuestion question, RouteModel route, double keep)
    {
        var models = question.Set.Models.ToList();
        int[] asked = [.. Names(question, route, keep).Select(name => models.IndexOf(name)).Where(static index => index >= 0)];

        // A member that learning has not seen is asked as a panel would ask it at first.
        return asked.Length > 0 ? asked : [.. Enumerable.Range(0, models.Count)];
    }

    private static IEnumerable<string> Names(RoutedQuestion question, RouteModel route, double keep) =>
        RouteModel.Select(route.Probabilities(question.Features), keep).Order().Select(member => route.Members[member].Name);

    private static Dictionary<string, double> BestShares(IReadOnlyList<RoutedQuestion> questions, double temperature)
    {
        var best = questions.SelectMany(static question => question.Set.Models).Distinct(StringComparer.Ordinal).ToDictionary(static name => name, static _ => 0.0, StringComparer.Ordinal);
        foreach (var question in questions)
        {
            var (choice, _) = question.Set.Choose([.. Enumerable.Range(0, question.Set.Models.Count)], temperature);
            best[question.Set.Models[choice]] += 1.0 / questions.Count;
        }

        return best;
    }

    private static (string, string, double)[] Agreements(IReadOnlyList<RoutedQuestion> questions) =>
    [
        .. questions.SelectMany(static question => Pairs(question.Set))
            .GroupBy(static pair => (pair.First, pair.Second), static pair => pair.Agreement)
            .Select(static group => (group.Key.First, group.Key.Second, Agreement: group.Average()))
            .OrderByDescending(static pair => pair.Agreement).ThenBy(static pair => pair.First, StringComparer.Ordinal).ThenBy(static pair => pair.Second, StringComparer.Ordinal).Take(AlikePairs),
    ];

    // The names in ordinal order, whatever that of the set.
    private static IEnumerable<(string First, string Second, double Agreement)> Pairs(JudgedSet set)
    {
        for (var i = 0; i < set.Texts.Count; i++)
        {
            for (var j = i + 1; j < set.Texts.Count; j++)
            {
                string[] names = [set.Models[i], set.Models[j]];
                Array.Sort(names, StringComparer.Ordinal);
                yield return (names[0], names[1], Consensus.Of([set.Texts[i], set.Texts[j]]).Average());
            }
        }
    }
}

/// <summary>What a route costs and keeps at a probability.</summary>
/// <param name="Keep">The probability with which the best answer is to be among the asked members'.</param>
/// <param name="Calls">The share of the calls that asking all members takes.</param>
/// <param name="Score">The mean score of the chosen answers.</param>
/// <param name="Rank">Their mean rank among all answers by that score; 1 is the best.</param>
public sealed record RoutePoint(double Keep, double Calls, double Score, double Rank)
{
    /// <summary>Whether enough of the quality of another point is kept: its score, and its rank as far as it can be lost to the worst.</summary>
    public bool Keeps(RoutePoint all)
    {
        ArgumentNullException.ThrowIfNull(all);
        var slack = 1 - RouteReport.KeptQuality;
        return Score >= all.Score - (slack * Math.Abs(all.Score)) && Rank <= all.Rank * (1 + slack);
    }
}
