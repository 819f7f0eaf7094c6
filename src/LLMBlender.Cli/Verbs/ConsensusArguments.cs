using System.CommandLine;
using System.Globalization;
using LLMBlender.Core.Evaluation;
using LLMBlender.Evaluation.Staging;

namespace LLMBlender.Cli.Verbs;

/// <summary>The option of <c>calibrate</c> that sets a ranker's weight of consensus.</summary>
internal sealed class ConsensusArguments
{
    private readonly Option<double?> weight = new("--consensus-weight")
    {
        HelpName = "W",
        Description = "Set the ranker's weight of consensus, in logits, 0 for none, and report what it changes in the choices on the sets; with --judge.",
        CustomParser = static result =>
        {
            if (double.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= 0 && double.IsFinite(number))
            {
                return number;
            }

            result.AddError($"--consensus-weight is \"{result.Tokens[0].Value}\", and must be a number of at least 0");
            return null;
        },
    };

    /// <summary>Adds the option to the verb.</summary>
    public ConsensusArguments(Verb verb) => verb.Options.Add(weight);

    /// <summary>The weight; null if it is not to be set.</summary>
    public double? Read(ParseResult parsed) => parsed.GetValue(weight);

    /// <summary>Describes what a weight changes.</summary>
    public static string Describe(string folder, ConsensusReport report, string judge)
    {
        return string.Create(CultureInfo.InvariantCulture, $"""
            {folder}: weight of consensus {report.Weight:0.####}, on {report.Sets:N0} sets judged by {judge} (95 % intervals)
            score of the choice {Text(report.Score)}; less that without consensus {Text(report.ScoreDifference)}
            its rank {Text(report.Rank)}; less that without consensus {Text(report.RankDifference)}
            """);

        static string Text(Interval interval) => string.Create(CultureInfo.InvariantCulture, $"{interval.Value:0.0000} [{interval.Low:0.0000}, {interval.High:0.0000}]");
    }
}
