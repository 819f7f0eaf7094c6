using System.CommandLine;
using System.Globalization;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary>The options of <c>calibrate</c> for a panel.</summary>
internal sealed class PanelCalibrationArguments
{
    private readonly Option<string?> judge = new("--judge") { HelpName = "SCORE", Description = "Calibrate a panel: the score of the sets' candidates that says which is best." };
    private readonly Option<string?> to = new("--to") { HelpName = "F", Description = "The file of the panel's calibration; with --judge." };
    private readonly Option<string?> stages = new("--stages")
    {
        HelpName = "A,B;C",
        Description = "The models by stage: stages are separated by semicolons, models by commas; with --judge. [default: all models at once]",
    };

    private readonly Option<double> within = new("--within")
    {
        HelpName = "X",
        Description = "How far below the best candidate's score a choice may be and be right; with --judge. [default: 0]",
        CustomParser = static result =>
        {
            if (double.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= 0 && double.IsFinite(number))
            {
                return number;
            }

            result.AddError($"--within is \"{result.Tokens[0].Value}\", and must be a number of at least 0");
            return 0;
        },
    };

    private readonly Option<string?> plot = new("--html") { HelpName = "F", Description = "Also write the curve of quality against calls as one HTML file; with --judge." };

    /// <summary>Adds the options to the verb.</summary>
    public PanelCalibrationArguments(Verb verb)
    {
        foreach (var option in new Option[] { judge, to, stages, within, plot })
        {
            verb.Options.Add(option);
        }
    }

    /// <summary>The score that says which candidate is best, for a run that writes no panel's calibration.</summary>
    /// <exception cref="UsageException">It is missing, or an option of a panel's calibration is given.</exception>
    public string JudgeOnly(ParseResult parsed, string option)
    {
        var useless = new Option[] { to, stages, within, plot }.FirstOrDefault(other => parsed.GetResult(other) is { Implicit: false });
        return useless is not null ? throw new UsageException($"{useless.Name} is for a panel's calibration, and {option} is given")
            : parsed.GetValue(judge) ?? throw new UsageException($"{option} needs --judge SCORE, the score of the sets' candidates that says which is best");
    }

    /// <summary>The run of a panel's calibration; null for that of a ranker.</summary>
    /// <param name="parsed">The arguments.</param>
    /// <param name="from">The file of the sets, which no output may replace.</param>
    /// <param name="terminal">Standard streams.</param>
    /// <exception cref="UsageException">An option is missing, is of no use without --judge, or names a file that can't be written.</exception>
    public PanelCalibrationRun? Read(ParseResult parsed, string from, Terminal terminal)
    {
        if (parsed.GetValue(judge) is not { } score)
        {
            var useless = new Option[] { to, stages, within, plot }.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false });
            return useless is null ? null : throw new UsageException($"{useless.Name} is for a panel's calibration, which --judge SCORE asks for");
        }

        var file = parsed.GetValue(to) ?? throw new UsageException("--judge calibrates a panel, and --to must name the file to write");
        RunFile[] read = [.. RunFile.Read("--from", from), .. RunFile.OfStandardInput("--from", [from], terminal.In)];
        return new PanelCalibrationRun(
            score,
            OutputFile.Prepare("--to", file, read),
            parsed.GetValue(stages)?.Split(';').Select(static stage => stage.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToArray(),
            parsed.GetValue(within),
            parsed.GetValue(plot) is { } page ? OutputFile.Prepare("--html", page, [.. read, .. RunFile.Written("--to", file)]) : null);
    }
}
