using System.CommandLine;
using System.Globalization;
using LLMBlender.Cli.Models;
using LLMBlender.Cli.Show;
using LLMBlender.Core.Evaluation;
using LLMBlender.Evaluation.Staging;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Local.Comparing;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>calibrate</c>: fits the temperature with which a ranker's logits become probabilities, or a panel's confidence and its risk.</summary>
internal static class CalibrateVerb
{
    private const int Chunk = 256;

    private const string Details = """
        Each line of --from is a judged pair
          {"id": …, "instruction": "…", "input"?: "…", "a": "…", "b": "…", "better": "a" | "b" | "tie"}
        or one of preference data
          {"id": …, "prompt": "…", "chosen": "…", "rejected": "…"}

        The probability that a is better is σ(logit / T), where the logit is the mean of both orders, (M[a,b] - M[b,a]) / 2. The one
        number T, the temperature, is fitted by maximum likelihood and written to the model's manifest; the model's files and logits do
        not change. rank, compare, blend and the server then report a probability beside each logit. Use pairs that the ranker was not
        trained on. The report has the log loss (in nats; 0.693 if every probability is 1/2) and the expected calibration error (ten bins), both before, at
        T = 1, and after.

        With --judge the lines are candidate sets of evaluate, in which every candidate has that score, and --to is the file of a panel's
        calibration: after each stage of --stages (all models at once without it) the probability that the choice is right, and how often it
        was wrong from each confidence on. A choice is right if its score is at most --within below the best of all candidates. Every other
        set gives the probabilities; the others give the counts, and the table of what asking in stages costs and keeps. A panel with
        "Calibration": FILE and "Risk": 0.1 accepts a choice only from a confidence at which, with probability 0.9 over the drawing of the
        sets, at most a tenth of the accepted choices are wrong.

        With --judge and --consensus-weight W the manifest gets the weight of consensus instead: among three or more candidates W · (c_a - c_b)
        is added to a pair's logit, where c, from 0 to 1, is how much of what the other candidates say a candidate says too: the mean
        share of their distinct word pairs that it has. The report has the judge's score of the choices and their rank, and what W changed.
        compare, and rank of two candidates, have no others and stay as they are.

        Examples:
          llmblender calibrate --model models/pairrm --from judged.jsonl
          llmblender calibrate --model models/pairrm --from sets.jsonl --judge gpt4 --consensus-weight 4
          llmblender calibrate --model models/pairrm --from sets.jsonl --judge gpt4 --stages "small,mid;large" --to panel.json
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("calibrate", "Fit the probabilities of a ranker to judged pairs, or those of a panel to judged sets.", Details);
        var model = new Option<string>("--model") { HelpName = "M", Description = "The ranker: a model folder, or the name of one under models/.", Required = true };
        var from = new Option<string>("--from")
        {
            HelpName = "F",
            Description = "The JSON Lines file of judged pairs or sets; - is standard input, and .gz is decompressed.",
            Required = true,
        };
        var json = new Option<bool>("--json") { Description = "Write the report as one JSON object." };
        verb.Options.Add(model);
        verb.Options.Add(from);
        verb.Options.Add(json);
        var device = new DeviceArgument(verb);
        var panel = new PanelCalibrationArguments(verb);
        var consensus = new ConsensusArguments(verb);
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            var weight = consensus.Read(parsed);
            var judge = weight is null ? null : panel.JudgeOnly(parsed, "--consensus-weight");
            using var run = judge is null ? panel.Read(parsed, parsed.GetValue(from)!, terminal) : null;
            using var input = RecordInput.Open(parsed.GetValue(from)!, terminal.In, cancellationToken);
            var folder = new ModelSearch(terminal).FindModel(parsed.GetValue(model)!);
            using var ranker = ModelRankers.Load(folder, new PairRankerOptions { Accelerator = device.Read(parsed) });
            if (run is not null)
            {
                await ProgressDisplay.RunAsync(terminal, input.Length, progress => Task.Run(() => run.Compare(input, ranker, progress, cancellationToken), cancellationToken));
                run.Write(ranker, input.Name, parsed.GetValue(json), terminal);
                return ExitCode.Done;
            }

            if (judge is not null)
            {
                List<JudgedSet> sets = [];
                await ProgressDisplay.RunAsync(terminal, input.Length, progress => Task.Run(() => sets = JudgedSetFile.Read(input, judge, ranker, progress, cancellationToken), cancellationToken));
                var report = Report(sets, weight!.Value, input.Name);
                Write(ranker.Manifest with { ConsensusWeight = report.Weight }, folder);
                if (parsed.GetValue(json))
                {
                    WriteJson(ranker.Manifest.Id, report, terminal);
                }
                else
                {
                    parsed.InvocationConfiguration.Output.WriteLine(ConsensusArguments.Describe(folder, report, judge));
                }

                return ExitCode.Done;
            }

            var pairs = new List<(double, double)>();
            await ProgressDisplay.RunAsync(terminal, input.Length, progress => Task.Run(() => Compare(input, ranker, pairs, progress, cancellationToken), cancellationToken));
            var fit = Fit(pairs, input.Name);
            Write(ranker.Manifest with { Calibration = new Calibration(fit.Temperature, fit.Pairs, Path.GetFileName(input.Name)) }, folder);
            if (parsed.GetValue(json))
            {
                WriteJson(ranker.Manifest.Id, fit, terminal);
            }
            else
            {
                parsed.InvocationConfiguration.Output.WriteLine(Describe(folder, fit, input.Name));
            }

            return ExitCode.Done;
        });
        return verb;
    }

    private static void Compare(
        RecordInput input, IModelRanker ranker, List<(double, double)> pairs, IProgressDisplay progress, CancellationToken cancellationToken)
    {
        foreach (var chunk in new RecordReader<JudgedPair>(input, JudgedPair.Read).Read().Chunk(Chunk))
        {
            if (Array.FindIndex(chunk, static entry => entry.Error is not null) is var failed and >= 0)
            {
                throw new UsageException(chunk[failed].Place.Located($"{chunk[failed].Error}."));
            }

            RecordPair[] orders =
            [
                .. chunk.Select(entry => ranker.Encode(entry.Value!.Source, [entry.Value.A, entry.Value.B]))
                    .SelectMany<IPairRecord, RecordPair>(static record => [new(record, 0, 1), new(record, 1, 0)]),
            ];
            float[] logits = new float[orders.Length];
            ranker.Compare(orders, logits, progress.Compared, cancellationToken);
            pairs.AddRange(chunk.Select((entry, i) => (((double)logits[2 * i] - logits[(2 * i) + 1]) / 2, entry.Value!.Judged)));
            progress.Settled(chunk.Length, chunk[^1].Place.Position);
        }
    }

    private static ConsensusReport Report(List<JudgedSet> sets, double weight, string file) => sets.Count > 0
        ? ConsensusReport.Of(sets, weight)
        : throw new UsageException($"--from {file}: there are no judged sets");

    private static void WriteJson(string id, ConsensusReport report, Terminal terminal)
    {
        using var output = RecordOutput.At(to: null, terminal.Out);
        output.Write(json =>
        {
            json.WriteString("model", id);
            json.WriteNumber("consensus_weight", report.Weight);
            json.WriteNumber("sets", report.Sets);
            foreach (var (name, interval) in new[] { ("score", report.Score), ("score_difference", report.ScoreDifference), ("rank", report.Rank), ("rank_difference", report.RankDifference) })
            {
                json.WriteStartObject(name);
                json.WriteNumber("value", interval.Value);
                json.WriteNumber("low", interval.Low);
                json.WriteNumber("high", interval.High);
                json.WriteEndObject();
            }
        });
    }

    private static TemperatureFit Fit(List<(double, double)> pairs, string file)
    {
        try
        {
            return TemperatureScaling.Fit(pairs);
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"--from {file}: {Sentences.WithoutParameter(e)}", e);
        }
    }

    private static void Write(ModelManifest manifest, string folder)
    {
        try
        {
            manifest.Write(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{Path.Combine(folder, ModelManifest.FileName)} can't be written: {e.Message}", e);
        }
    }

    private static string Describe(string folder, TemperatureFit fit, string file) => string.Create(CultureInfo.InvariantCulture, $"""
        {folder}: temperature {fit.Temperature:0.####} of {fit.Pairs:N0} pairs of {file}
        log loss {fit.Before.LogLoss:0.0000} before, {fit.After.LogLoss:0.0000} after
        expected calibration error {fit.Before.ExpectedCalibrationError:0.0000} before, {fit.After.ExpectedCalibrationError:0.0000} after
        """);

    private static void WriteJson(string id, TemperatureFit fit, Terminal terminal)
    {
        using var output = RecordOutput.At(to: null, terminal.Out);
        output.Write(json =>
        {
            json.WriteString("model", id);
            json.WriteNumber("temperature", fit.Temperature);
            json.WriteNumber("pairs", fit.Pairs);
            foreach (var (name, quality) in new[] { ("before", fit.Before), ("after", fit.After) })
            {
                json.WriteStartObject(name);
                json.WriteNumber("log_loss", quality.LogLoss);
                json.WriteNumber("expected_calibration_error", quality.ExpectedCalibrationError);
                json.WriteEndObject();
            }
        });
    }
}

/// <summary>A pair with a judgement.</summary>
/// <param name="Source">Instruction and input.</param>
/// <param name="A">The first candidate.</param>
/// <param name="B">The second candidate.</param>
/// <param name="Judged">1 if a is better, 0 if b is, 1/2 for a tie.</param>
internal sealed record JudgedPair(string Source, string A, string B, double Judged)
{
    /// <summary>Reads a record.</summary>
    /// <exception cref="RecordException">A field is missing or invalid.</exception>
    public static JudgedPair Read(RecordFields fields) => fields.Find("chosen") is not null
        ? new JudgedPair(fields.Text("prompt"), fields.Text("chosen"), fields.Text("rejected"), 1)
        : new JudgedPair(
            fields.Text("instruction") + fields.OptionalText("input"), fields.Text("a"), fields.Text("b"), fields.Text("better") switch
            {
                "a" => 1,
                "b" => 0,
                "tie" => 0.5,
                _ => throw fields.Refused("better", "must be a, b or tie"),
            });
}
