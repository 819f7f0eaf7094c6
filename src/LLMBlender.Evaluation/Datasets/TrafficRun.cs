using System.Text.Json;
using LLMBlender.Abstractions.Json;
using LLMBlender.Core.Evaluation;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Datasets;

/// <summary>
/// Makes a data set of recorded traffic: blends become MixInstruct records with the ranker's verdicts as <c>cmp_results</c>, joined with what people said
/// of them.
/// </summary>
/// <param name="console">Standard streams and progress.</param>
/// <param name="folder">The folder of the recorder's files.</param>
/// <param name="to">The output path.</param>
/// <param name="pairs">The path for preference pairs by feedback; null for none.</param>
public sealed class TrafficRun(IRunConsole console, string folder, string to, string? pairs)
{
    private readonly Dictionary<string, TrafficFeedback> feedback = new(StringComparer.Ordinal);
    private readonly HashSet<string> joined = new(StringComparer.Ordinal);
    private int written;
    private int preferred;
    private int refused;

    /// <summary>Makes the data set.</summary>
    /// <returns>Whether every line could be read.</returns>
    /// <exception cref="UsageException">The folder has no recorded files, or an output can't be written.</exception>
    public Task<bool> RunAsync(CancellationToken cancellationToken) => Task.Run(() => Run(cancellationToken), cancellationToken);

    private bool Run(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder))
        {
            throw new UsageException($"--from {folder}: there is no such folder");
        }

        var files = Directory.GetFiles(folder, "traffic-*.jsonl");
        Array.Sort(files, StringComparer.Ordinal);
        if (files.Length == 0)
        {
            throw new UsageException($"--from {folder}: there are no files traffic-*.jsonl, which the setting LLMBlender:Gateway:Recording:Folder makes");
        }

        RunFile[] read = [.. files.SelectMany(static file => RunFile.Read("--from", file))];
        using var output = RecordOutput.At(to, console.Output, read);
        using var pairOutput = pairs is null ? null : RecordOutput.At(pairs, console.Output, [.. read, .. RunFile.Written("--to", to)]);
        output.Open();
        pairOutput?.Open();

        // Feedback comes after its answer, perhaps in a file of another process.
        Each(files, "feedback", (id, record) => feedback[id] = feedback.TryGetValue(id, out var earlier) ? earlier.Then(TrafficFeedback.Read(record)) : TrafficFeedback.Read(record), isCounted: true, cancellationToken);
        Each(files, "id", (id, record) => Write(output, pairOutput, id, record), isCounted: false, cancellationToken);
        output.Complete();
        pairOutput?.Complete();
        console.Note($"{Sentences.Count(written, "record")} of {Sentences.Count(files.Length, "file")}, {joined.Count} with feedback, {feedback.Count - joined.Count} feedback without its answer"
            + $"{(pairs is null ? "" : $"; {Sentences.Count(preferred, "pair")}")}{(refused > 0 ? $"; {refused} lines refused" : "")}");
        return refused == 0;
    }

    // Lines with a field; the others belong to another pass. A line that can't be read is reported once.
    private void Each(string[] files, string field, Action<string, RecordFields> take, bool isCounted, CancellationToken cancellationToken)
    {
        foreach (var file in files)
        {
            var number = 0;
            foreach (var line in File.ReadLines(file))
            {
                cancellationToken.ThrowIfCancellationRequested();
                number++;
                try
                {
                    using var json = JsonDocument.Parse(line);
                    var record = RecordFields.Of(json.RootElement);
                    if (record.OptionalText(field) is { } id)
                    {
                        take(id, record);
                    }
                }
                catch (Exception e) when (e is RecordException || (e is JsonException && isCounted))
                {
                    refused++;
                    console.Note($"{file}:{number}: {(e is JsonException ? "is not valid JSON, as the last line of a full disk" : e.Message)}");
                }
                catch (JsonException)
                {
                }
            }
        }
    }

    private void Write(RecordOutput output, RecordOutput? pairOutput, string id, RecordFields fields)
    {
        var record = MixInstructRecord.Read(fields);
        var said = feedback.GetValueOrDefault(id);
        var rated = record with
        {
            // An answer is a reference where a person found it good.
            Output = said?.IsGood == true ? record.Output : null,
            Candidates = said?.Rate(record.Candidates, record.Output) ?? record.Candidates,
            Comparisons = Verdicts(fields, record.Models),
            Unknown = [.. record.Unknown.Where(static field => field.Name != "matrix"), .. said is null ? Array.Empty<UnknownField>() : [said.ToField()]],
        };
        output.Write(json => rated.Write(json, new RecordId(id, IsNumber: false)));
        written++;
        if (said is null)
        {
            return;
        }

        joined.Add(id);
        foreach (var (chosen, rejected) in Preferences(rated.Candidates))
        {
            preferred++;
            pairOutput?.Write(json =>
            {
                json.WriteText("id", $"{id}-{preferred}");
                json.WriteText("source", TrafficFeedback.Score);
                json.WriteText("prompt", record.Source);
                json.WriteText("chosen", chosen);
                json.WriteText("rejected", rejected);
            });
        }
    }

    private static IEnumerable<(string Chosen, string Rejected)> Preferences(MixInstructCandidate[] candidates)
    {
        static double? Of(MixInstructCandidate candidate) => candidate.Scores.TryGetValue(TrafficFeedback.Score, out var score) ? score : null;
        return candidates.SelectMany(better => candidates.Where(worse => Of(better) > Of(worse) && better.Text != worse.Text).Select(worse => (better.Text, worse.Text)));
    }

    // The mean of both orders, as far as they were compared.
    private static ComparisonResults? Verdicts(RecordFields record, string[] models)
    {
        if (record.OptionalList("matrix", "rows of logits") is not { } matrix)
        {
            return null;
        }

        if (matrix.EnumerateArray().Any(static row => row.ValueKind is not JsonValueKind.Array))
        {
            throw record.Refused("matrix", "must consist of rows of logits");
        }

        double?[][] rows = [.. matrix.EnumerateArray().Select(static row => row.EnumerateArray().Select(static logit => logit.ValueKind is JsonValueKind.Number ? logit.GetDouble() : (double?)null).ToArray())];
        if (rows.Length < models.Length || Array.Exists(rows, row => row.Length != rows.Length))
        {
            throw record.Refused("matrix", $"must be square with a row for each of the {models.Length} candidates");
        }

        var verdicts = new List<(string, PairVerdict)>();
        for (var i = 0; i < models.Length; i++)
        {
            for (var j = i + 1; j < models.Length; j++)
            {
                if ((rows[i][j] ?? -rows[j][i]) is { } forward)
                {
                    var logit = forward + (-rows[j][i] ?? forward);
                    verdicts.Add((ComparisonResults.Pair(models[i], models[j]), logit > 0 ? PairVerdict.FirstBetter : logit < 0 ? PairVerdict.SecondBetter : PairVerdict.SameGood));
                }
            }
        }

        return new ComparisonResults(verdicts);
    }
}
