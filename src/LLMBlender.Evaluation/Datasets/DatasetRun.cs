using System.Globalization;
using System.Text;
using System.Text.Json;
using LLMBlender.Core.Ranking;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Datasets;

/// <summary>Builds a data set from files of instructions and writes it to a file of records.</summary>
/// <param name="console">Standard streams and progress.</param>
/// <param name="plan">The plan.</param>
/// <param name="from">Files of instructions.</param>
/// <param name="to">The output path.</param>
/// <param name="work">The given work file; null for the default beside the records.</param>
/// <param name="limit">The maximum number of instructions, sampled with the plan's seed; null for all.</param>
public sealed class DatasetRun(IRunConsole console, DatasetPlan plan, string[] from, string to, string? work, int? limit)
{
    // The number of concurrent records: enough to keep a panel and a judge busy.
    private const int WindowRecords = 32;

    private readonly Lock gate = new();
    private int unreadable;

    /// <summary>Builds the data set.</summary>
    /// <param name="filter">Selects the instructions to keep.</param>
    /// <param name="cancellationToken">Cancels the run; responses stay in the work file.</param>
    /// <returns>Whether every instruction was used and all answers and verdicts succeeded.</returns>
    public async Task<bool> RunAsync(InstructionFilter filter, CancellationToken cancellationToken)
    {
        if (to == "-" && work is null)
        {
            throw new UsageException("--to -: is standard output, and needs --work: a file that answers are kept in");
        }

        RunFile[] read = [.. from.SelectMany(static file => RunFile.Read($"--from {file}", file)), .. RunFile.OfStandardInput("--from", from, console.Input)];
        using var output = RecordOutput.At(to, console.Output, [.. read, .. RunFile.Written("--work", work)]);
        WorkFile.Check(WorkPath, read);

        var refused = 0;
        var sources = await ReadAsync(filter, _ => refused++, cancellationToken);
        var done = false;
        using var journal = DatasetJournal.Open(WorkPath, Identity(), Earlier);
        output.Open();
        await console.WatchAsync(sources.Count, async progress => done = await BuildAsync(sources, journal, output, progress, cancellationToken));
        output.Complete();
        WriteNote(Summary(sources.Count));
        if (done && work is null)
        {
            journal.File.Delete();
        }

        return done && refused == 0;
    }

    private string WorkPath => work ?? $"{to}.work";

    private async Task<List<SourceInstruction>> ReadAsync(InstructionFilter filter, Action<string> refuse, CancellationToken cancellationToken)
    {
        var kept = new List<SourceInstruction>();
        foreach (var file in from)
        {
            await foreach (var source in SourceFile.ReadAsync(file, console.Input, problem => { refuse(problem); WriteNote(problem); }, cancellationToken))
            {
                if (filter.Keeps(source))
                {
                    kept.Add(source);
                }
            }
        }

        var dropped = string.Join(", ", filter.Dropped.Select(static one => $"{one.Value} dropped for: {one.Key}"));
        WriteNote($"{Sentences.Count(filter.Kept, "instruction")} kept{(dropped.Length > 0 ? $"; {dropped}" : "")}");
        return limit is { } most && most < kept.Count
            ? [.. Permutation.Shuffled(kept.Count, plan.Seed).Take(most).Order().Select(i => kept[i])]
            : kept;
    }

    // Writes records in the instructions' order. Returns whether all answers and verdicts succeeded.
    private async Task<bool> BuildAsync(
        List<SourceInstruction> sources, DatasetJournal journal, RecordOutput output, IProgressDisplay progress, CancellationToken cancellationToken)
    {
        using var build = new DatasetBuild(plan, journal, problem =>
        {
            lock (gate)
            {
                progress.WriteError(problem);
            }
        });
        var (position, empty) = (0, 0);
        foreach (var window in sources.Chunk(WindowRecords))
        {
            var records = await Task.WhenAll(window.Select(source => build.MakeAsync(source, cancellationToken)));
            foreach (var (source, record) in window.Zip(records))
            {
                if (record is null)
                {
                    empty++;
                    continue;
                }

                output.Write(json => record.Write(json, source.Id));
            }

            output.Flush();
            progress.Settled(window.Length, position += window.Length);
        }

        unreadable = build.Unreadable;
        return build.Failures == 0 && empty == 0 && !plan.Budget.IsSpent && !build.IsJudgeGivenUp;
    }

    private void Earlier(long promptTokens, long completionTokens) =>
        plan.Budget.Spend(plan.Judge?.Cost(promptTokens, completionTokens) ?? 0, isEarlier: true);

    private string Summary(int instructions)
    {
        var text = new StringBuilder($"{Sentences.Count(instructions, "instruction")}, {Sentences.Count(plan.Panel.Slots().Length, "member")}");
        if (plan.Judge is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"; {Sentences.Count(plan.Budget.Calls, "call")} of the judge {plan.Judge.Name}");
            text.Append(plan.Budget.Cost > 0 ? string.Create(CultureInfo.InvariantCulture, $", {plan.Budget.Cost}") : "");
            text.Append(unreadable > 0 ? $"; {Sentences.Count(unreadable, "response")} without a verdict" : "");
            text.Append(plan.Budget.IsSpent ? "; its budget is spent, and pairs are left unjudged" : "");
        }

        return text.ToString();
    }

    // The settings that answers and verdicts depend on; instructions are identified by their content.
    private string Identity()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("llmblender", ProductVersion.Text);
            json.WriteString("panel", string.Join(", ", plan.Panel.Slots().Select(slot => $"{slot.Name}: {DatasetPanels.Identity(plan.Registry.FindBackend(slot.Backend)!)}")));
            json.WriteString("judge", plan.Judge is null ? "" : DatasetPanels.Identity(plan.Judge));
            json.WriteString("drawn", string.Create(CultureInfo.InvariantCulture, $"temperature {plan.Temperature} top-p {plan.TopP} max-new-tokens {plan.MaxTokens}"));
            json.WriteNumber("seed", plan.Seed);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private void WriteNote(string note)
    {
        lock (gate)
        {
            console.Note(note);
        }
    }
}
