using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LLMBlender.Abstractions.Json;
using LLMBlender.Cli.Models;
using LLMBlender.Cli.Show;
using LLMBlender.Evaluation.Verification;
using LLMBlender.Inference.Models;
using LLMBlender.Records;
using Spectre.Console;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>models verify</c>: compares a model's results with those of the reference implementation for the same checkpoint.</summary>
internal static class VerifyVerb
{
    private const string Details = """
        Each file of the model is compared with its hash in the manifest, and a damaged or changed one is an error. Without --cases that is all.

        DIR contains results of the reference implementation for the checkpoint that M was imported from:
          for a pair-ranker  rank.json, hf_pairs.json, api.json: ids, logits, matrices, scores and ranks
          for an encoder     cases.json: last hidden states, compared at positions with mask 1;
                             bertscore.json: ids, and precision, recall and F1 of BERTScore with and without idf
          for a likelihood   bartscore.json: ids, BARTScores, encoder states and logits
          for a gen-fuser    cases.json: encoder states, teacher-forced logits, greedy and beam answers;
                             fuser.json: the fuser's sources, their ids, and its answers
        Cases in which this program differs from the reference by design are skipped, and the report lists the reasons.

        The exit code is 0 if all values are within tolerance (fp32: 2e-5; a generator's logits 1e-4), otherwise 1.

        Examples:
          llmblender models verify reward-minilm
          llmblender models verify models/pairrm --cases reference/pairrm/cases
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("verify", "Compare a model's results with the reference's.", Details);
        var model = new Argument<string>("M") { Description = "A model folder, or the name of one under models/." };
        var cases = new Option<string?>("--cases") { HelpName = "DIR", Description = "The folder of reference cases; by default only files are checked." };
        var json = new Option<bool>("--json") { Description = "Write the report as one JSON object." };
        verb.Arguments.Add(model);
        verb.Options.Add(cases);
        verb.Options.Add(json);
        verb.SetAction((parsed, cancellationToken) => Task.Run(() =>
        {
            var folder = parsed.GetValue(cases) is { } given ? RequireFolder(given) : null;
            var path = new ModelSearch(terminal).FindModel(parsed.GetValue(model)!);
            var manifest = Loading.Guard(path, () => ModelFolder.Open(path)).Manifest;
            if (folder is null)
            {
                if (parsed.GetValue(json))
                {
                    WriteIntact(manifest, terminal);
                }
                else
                {
                    parsed.InvocationConfiguration.Output.WriteLine($"{path}: {manifest.Kind}, {manifest.Precision}, {manifest.Files.Count} files intact");
                }

                return ExitCode.Done;
            }

            var verdict = Check(path, manifest, folder, cancellationToken);
            if (parsed.GetValue(json))
            {
                WriteJson(manifest, verdict, terminal);
            }
            else
            {
                Show(manifest, verdict, ConsoleOutput.Create(terminal.Out, terminal.OutIsTerminal, terminal));
            }

            return verdict.IsVerified ? ExitCode.Done : ExitCode.SomeFailed;
        }));
        return verb;
    }

    private static string RequireFolder(string folder) => Directory.Exists(folder)
        ? folder
        : throw new UsageException($"--cases {folder}: there is no such folder");

    private static void WriteIntact(ModelManifest manifest, Terminal terminal)
    {
        using var output = RecordOutput.At(to: null, terminal.Out);
        output.Write(json =>
        {
            json.WriteText("model", manifest.Id);
            json.WriteString("kind", manifest.Kind);
            json.WriteString("precision", manifest.Precision);
            json.WriteBoolean("verified", true);
            json.WriteNumber("files", manifest.Files.Count);
        });
    }

    private static Verdict Check(string path, ModelManifest manifest, string folder, CancellationToken cancellationToken)
    {
        string[] files = manifest.Kind switch
        {
            ModelKind.PairRanker => RankerCheck.Files,
            ModelKind.GenFuser => GeneratorCheck.Files,
            ModelKind.Likelihood => [LikelihoodCheck.File],
            ModelKind.Encoder => EncoderCheck.Files,
            _ => throw new UsageException($"{path}: there are no reference cases for a {manifest.Kind}; import its encoder by itself to verify that"),
        };
        if (!files.Any(file => File.Exists(Path.Combine(folder, file))))
        {
            throw new UsageException($"--cases {folder}: holds no cases for a {manifest.Kind}, and must have {string.Join(" or ", files)}");
        }

        var verdict = new Verdict();
        switch (manifest.Kind)
        {
            case ModelKind.PairRanker:
                using (var check = new RankerCheck(path, manifest, verdict))
                {
                    check.Run(folder, cancellationToken);
                }

                break;
            case ModelKind.GenFuser:
                using (var check = new GeneratorCheck(path, manifest, verdict))
                {
                    check.Run(folder, cancellationToken);
                }

                break;
            case ModelKind.Likelihood:
                LikelihoodCheck.Run(path, manifest, folder, verdict, cancellationToken);
                break;
            default:
                EncoderCheck.Run(path, manifest, folder, verdict, cancellationToken);
                break;
        }

        return verdict;
    }

    private static void WriteJson(ModelManifest manifest, Verdict verdict, Terminal terminal)
    {
        using var output = RecordOutput.At(to: null, terminal.Out);
        output.Write(json =>
        {
            json.WriteText("model", manifest.Id);
            json.WriteString("kind", manifest.Kind);
            json.WriteString("precision", manifest.Precision);
            json.WriteBoolean("verified", verdict.IsVerified);
            WriteNumber(json, "largest_difference", verdict.Largest);
            json.WriteStartArray("quantities");
            foreach (var quantity in verdict.Quantities)
            {
                Write(json, quantity);
            }

            json.WriteEndArray();
            json.WriteStartObject("skipped");
            foreach (var (reason, count) in verdict.Skipped)
            {
                json.WriteNumber(reason, count);
            }

            json.WriteEndObject();
        });
    }

    private static void Write(Utf8JsonWriter json, Quantity quantity)
    {
        json.WriteStartObject();
        json.WriteString("name", quantity.Name);
        json.WriteNumber("values", quantity.Values);
        WriteNumber(json, quantity.IsExact ? "different" : "largest_difference", quantity.Largest);
        json.WriteNumber("tolerance", quantity.Tolerance);
        json.WriteText("where", quantity.Where);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string field, double number)
    {
        if (double.IsFinite(number))
        {
            json.WriteNumber(field, number);
        }
        else
        {
            json.WriteNull(field);
        }
    }

    private static void Show(ModelManifest manifest, Verdict verdict, IAnsiConsole console)
    {
        var table = new Table { Border = TableBorder.Horizontal };
        table.AddColumn("quantity");
        table.AddColumn(new TableColumn("values").RightAligned());
        table.AddColumn(new TableColumn("largest difference").RightAligned());
        table.AddColumn(new TableColumn("tolerance").RightAligned());
        table.AddColumn("");
        foreach (var quantity in verdict.Quantities)
        {
            var difference = quantity.IsExact
                ? quantity.Largest == 0 ? "none" : $"{quantity.Largest:0} differ"
                : Shown(quantity.Largest);
            table.AddRow(
                new Text(quantity.Name),
                new Text($"{quantity.Values:N0}"),
                new Text(difference),
                new Text(quantity.IsExact ? "exact" : Shown(quantity.Tolerance)),
                quantity.IsWithin ? new Text("ok", Palette.Best) : new Text($"exceeds tolerance at {quantity.Where}"));
        }

        console.Write(table);
        foreach (var (reason, count) in verdict.Skipped)
        {
            console.WriteLine($"skipped: {Sentences.Count(count, "case")}: {reason}");
        }

        console.WriteLine(
            $"{manifest.Id} ({manifest.Kind}, {manifest.Precision}): largest difference {Shown(verdict.Largest)}, "
            + (verdict.IsVerified ? "verified" : verdict.Quantities.Count == 0 ? "nothing was compared" : "differs from the reference"));
    }

    private static string Shown(double difference) => difference.ToString("0.##E+0", CultureInfo.InvariantCulture);
}
