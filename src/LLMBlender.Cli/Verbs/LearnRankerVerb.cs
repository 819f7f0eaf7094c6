using System.CommandLine;
using System.Globalization;
using LLMBlender.Cli.Models;
using LLMBlender.Cli.Show;
using LLMBlender.Core.Evaluation;
using LLMBlender.Evaluation.Learning;
using LLMBlender.Inference.Encoder;
using LLMBlender.Inference.Models;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>learn ranker</c>: distils a judge's verdicts into a reward model.</summary>
internal static class LearnRankerVerb
{
    private const string Details = """
        Each line of --from is a record of MixInstruct's form whose candidates have the score --judge, as dataset from-traffic and dataset build write it. The last
        layer of the reward model --model is fitted to the judge's order of the answers to every third question; a penalty that keeps it near the old one, and the
        temperature, are chosen on the next third; and the rest decides. The new model is written to --to only if its log loss there
        is lower by its whole 95 % interval; else nothing is written and the exit code is 1. It is a whole model folder, as large and as fast as the old one.

        A few hundred questions change the last layer only. To train all layers, see src/LLMBlender.Training, which reads the same files. A panel's "Shadow" shows
        what a new ranker would change before it decides.

        Example:
          llmblender dataset from-traffic --from traffic --to records.jsonl
          llmblender learn ranker --from records.jsonl --judge feedback --to models/house-ranker
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("ranker", "Distil a judge's verdicts into a reward model, and keep it only if it is better.", Details);
        var from = new Option<string>("--from") { HelpName = "F", Description = "The JSON Lines file of judged records; - is standard input, and .gz is decompressed.", Required = true };
        var to = new Option<string>("--to") { HelpName = "FOLDER", Description = "The folder of the new model; an older model there is replaced.", Required = true };
        var model = new Option<string>("--model") { HelpName = "M", Description = "The reward model: a model folder, or the name of one under models/.", DefaultValueFactory = static _ => ModelSearch.DefaultRanker };
        var judge = new Option<string>("--judge") { HelpName = "SCORE", Description = "The score of the candidates.", DefaultValueFactory = static _ => "feedback" };
        var json = new Option<bool>("--json") { Description = "Write the report as one JSON object." };
        foreach (var option in new Option[] { from, to, model, judge, json })
        {
            verb.Options.Add(option);
        }

        var device = new DeviceArgument(verb);
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            using var input = RecordInput.Open(parsed.GetValue(from)!, terminal.In, cancellationToken);
            var folder = new ModelSearch(terminal).FindModel(parsed.GetValue(model)!);
            var weights = ClassifierHead.Read(folder);
            RankerFit fit;
            using (var reward = RewardModel.Load(folder, new EncoderOptions { Accelerator = device.Read(parsed) }))
            {
                fit = await LearnAsync(input, parsed.GetValue(judge)!, reward, weights, terminal, cancellationToken);
            }

            if (fit.IsBetter)
            {
                ClassifierHead.Write(folder, parsed.GetValue(to)!, fit.Change, manifest => manifest with
                {
                    Origin = $"{manifest.Origin}, taught by {Path.GetFileName(input.Name)}",
                    Calibration = new Calibration(fit.Temperature, fit.TemperaturePairs, Path.GetFileName(input.Name)),
                });
            }

            if (parsed.GetValue(json))
            {
                WriteJson(fit, terminal);
            }
            else
            {
                parsed.InvocationConfiguration.Output.WriteLine(Describe(fit, parsed.GetValue(to)!));
            }

            return fit.IsBetter ? ExitCode.Done : ExitCode.SomeFailed;
        });
        return verb;
    }

    private static async Task<RankerFit> LearnAsync(RecordInput input, string judge, RewardModel model, float[] weights, Terminal terminal, CancellationToken cancellationToken)
    {
        List<RankerLesson> lessons = [];
        await ProgressDisplay.RunAsync(terminal, input.Length, progress => Task.Run(() => lessons = RankerLessonFile.Read(input, judge, model, weights, progress, cancellationToken), cancellationToken));
        try
        {
            return await Task.Run(() => RankerFit.Of(lessons, model.Manifest.Calibration?.Temperature ?? 1, cancellationToken), cancellationToken);
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"--from {input.Name}, --judge {judge}: {Sentences.WithoutParameter(e)}", e);
        }
    }

    private static string Describe(RankerFit fit, string to) => string.Create(CultureInfo.InvariantCulture, $"""
        on {fit.Questions:N0} questions that it did not learn from, pairs ordered as the judge does: {fit.Before.Value:P1} before, {fit.After.Value:P1} after
        log loss after less before {fit.LossDifference.Value:+0.0000;-0.0000} [{fit.LossDifference.Low:+0.0000;-0.0000}, {fit.LossDifference.High:+0.0000;-0.0000}]
        {(fit.IsBetter ? $"better: written to {to}, temperature {fit.Temperature:0.####}" : "not better beyond doubt: nothing is written")}
        """);

    private static void WriteJson(RankerFit fit, Terminal terminal)
    {
        using var output = RecordOutput.At(to: null, terminal.Out);
        output.Write(json =>
        {
            json.WriteBoolean("better", fit.IsBetter);
            json.WriteNumber("questions", fit.Questions);
            json.WriteNumber("temperature", fit.Temperature);
            foreach (var (name, interval) in new[] { ("before", fit.Before), ("after", fit.After), ("loss_difference", fit.LossDifference) })
            {
                Write(json, name, interval);
            }
        });
    }

    private static void Write(System.Text.Json.Utf8JsonWriter json, string name, Interval interval)
    {
        json.WriteStartObject(name);
        json.WriteNumber("value", interval.Value);
        json.WriteNumber("low", interval.Low);
        json.WriteNumber("high", interval.High);
        json.WriteEndObject();
    }
}
