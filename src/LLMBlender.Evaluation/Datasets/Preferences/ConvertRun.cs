using System.Text.Encodings.Web;
using System.Text.Json;
using LLMBlender.Abstractions.Json;
using LLMBlender.Core.Ranking;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Datasets.Preferences;

/// <summary>Converts a published preference data set to MixInstruct records that <c>evaluate</c> reads.</summary>
/// <param name="console">Standard streams and progress.</param>
/// <param name="from">The file: JSON Lines or a JSON array.</param>
/// <param name="to">The output path.</param>
/// <param name="format">The format's name; null to recognise it by the first record.</param>
/// <param name="seed">Decides the order of each record's answers: the preferred one must not always be first.</param>
public sealed class ConvertRun(IRunConsole console, string from, string to, string? format, ulong seed)
{
    private readonly HashSet<string> ids = new(StringComparer.Ordinal);
    private int written;

    /// <summary>The formats, a line each.</summary>
    public static string Formats => PreferenceFormat.Listed;

    /// <summary>Converts the file.</summary>
    /// <returns>Whether every record was converted.</returns>
    /// <exception cref="UsageException">The file or the format is unknown.</exception>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        using var output = RecordOutput.At(to, console.Output, RunFile.Read("--from", from));
        output.Open();
        var refused = 0;
        PreferenceFormat? found = null;
        (PreferenceSet Set, int Line)? open = null;
        await foreach (var (line, element, problem) in SourceFile.NumberedAsync(from, console.Input, cancellationToken))
        {
            try
            {
                var record = problem is null ? RecordFields.Of(element) : throw new RecordException(problem);
                found ??= PreferenceFormat.Find(format, record);
                var set = found.Read(record);
                if (found.IsGrouped && open is { } started && started.Set.Instruction == set.Instruction)
                {
                    open = (started.Set with { Answers = [.. started.Set.Answers, .. set.Answers] }, started.Line);
                    continue;
                }

                Write(output, open);
                open = (set, line);
            }
            catch (RecordException e)
            {
                refused++;
                console.Note($"{from}:{line}: {e.Message}");
            }
        }

        Write(output, open);
        output.Complete();
        console.Note($"{Sentences.Count(written, "record")} of the format {found?.Name ?? "none"} converted{(refused > 0 ? $", {refused} refused" : "")}");
        return refused == 0;
    }

    private void Write(RecordOutput output, (PreferenceSet Set, int Line)? item)
    {
        if (item is not ({ } set, var line))
        {
            return;
        }

        var id = set.Id is { Length: > 0 } own && ids.Add(own) ? own : $"{set.Id ?? "line"}-{line}";
        var order = Permutation.Shuffled(set.Answers.Count, seed ^ RecordSeed.Of(id));
        MixInstructCandidate[] candidates = [.. order.Select(i => new MixInstructCandidate(null, set.Answers[i].Text, null, set.Answers[i].Scores, []))];
        UnknownField[] subset = set.Subset is { } name ? [new UnknownField("subset", $"\"{JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"")] : [];
        var record = new MixInstructRecord(set.Instruction, "", null, candidates, null, subset);
        output.Write(json => record.Write(json, new RecordId(id, IsNumber: false)));
        written++;
    }
}
