using System.CommandLine;
using System.Diagnostics;
using LLMBlender.Cli.Blending;
using LLMBlender.Cli.Ranking;
using LLMBlender.Cli.Records;
using LLMBlender.Cli.Show;
using LLMBlender.Inference;
using LLMBlender.Inference.PairRanker;

namespace LLMBlender.Cli.Verbs;

/// <summary>Blends of the panel's answers, for a person or as records.</summary>
/// <param name="terminal">Standard streams.</param>
/// <param name="files">Where answers go as records, if they do.</param>
/// <param name="ranker">Which ranker.</param>
/// <param name="aggregation">How comparisons become a ranking.</param>
/// <param name="asJson">Whether records are wanted without <c>--to</c>, too.</param>
internal sealed class PanelRun(Terminal terminal, FileArguments files, RankerArguments ranker, string aggregation, bool asJson)
{
    /// <summary>Blends one record: to a terminal the whole of it, else the answer alone.</summary>
    public async Task<int> AnswerAsync(BlendRecord record, ParseResult parsed, CancellationToken cancellation)
    {
        var place = new RecordPlace("the instruction", 1, 0, null);
        if (WantsRecords(parsed))
        {
            return await WriteAsync([(place, record)], parsed, cancellation);
        }

        using var model = ranker.Load(parsed, terminal);
        var (works, time) = await BlendAsync([(place, record)], model, cancellation);
        if (!terminal.OutIsTerminal)
        {
            await terminal.Out.WriteAsync(System.Text.Encoding.UTF8.GetBytes(works[0].Best.Text + "\n"), cancellation);
            return ExitCode.Done;
        }

        var show = new BlendShow(ConsoleOutput.Create(terminal.Out, terminal.OutIsTerminal, terminal));
        show.Title(model.Manifest);
        show.Whole(works[0]);
        show.Cost(1, record.Candidates.Length, works[0].Ranking.Comparisons, time);
        return ExitCode.Done;
    }

    /// <summary>Blends all that the sample panel has: one blend whole, all in a line each, and what it took.</summary>
    public async Task<int> AnswerSamplesAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var records = SamplePanel.Records
            .Select((sample, i) => (new RecordPlace("the sample panel", i + 1, 0, sample.Id), sample.Record)).ToList();
        if (WantsRecords(parsed))
        {
            return await WriteAsync(records, parsed, cancellation);
        }

        using var model = ranker.Load(parsed, terminal);
        var show = new BlendShow(ConsoleOutput.Create(terminal.Out, terminal.OutIsTerminal, terminal));
        show.Title(model.Manifest);
        var (first, firstTime) = await BlendAsync(records[..1], model, cancellation);
        show.Whole(first[0]);
        show.Cost(1, first[0].Record.Candidates.Length, first[0].Ranking.Comparisons, firstTime);
        ConsoleGap();
        var (others, otherTime) = await BlendAsync(records[1..], model, cancellation);
        BlendWork[] all = [.. first, .. others];
        show.Overview(all);
        ConsoleGap();
        show.Winners(all);
        show.Cost(
            all.Length, all.Sum(work => work.Record.Candidates.Length), all.Sum(work => work.Ranking.Comparisons), firstTime + otherTime);
        show.Hint("Another one, whole:", $"llmblender blend \"{records[9].Record.Instruction}\"");
        return ExitCode.Done;

        void ConsoleGap() => terminal.Out.Write("\n"u8);
    }

    private bool WantsRecords(ParseResult parsed) => asJson || parsed.GetValue(files.To) is not null;

    private async Task<int> WriteAsync(
        IReadOnlyList<(RecordPlace Place, BlendRecord Record)> records, ParseResult parsed, CancellationToken cancellation)
    {
        using var output = files.NameOutput(parsed, terminal);
        using var model = ranker.Load(parsed, terminal);
        output.Open();
        var answers = new AnswerWriter(output);
        await ProgressDisplay.RunAsync(terminal, null, progress => new ComparisonRunner(model.Compare, progress).RunAsync(
            records.Select(record => new BlendWork(record.Place, record.Record, aggregation, model)),
            works => answers.Write(works, progress),
            cancellation));
        return answers.Failures == 0 ? ExitCode.Done : ExitCode.SomeFailed;
    }

    private async Task<(List<BlendWork> Works, TimeSpan Time)> BlendAsync(
        IEnumerable<(RecordPlace Place, BlendRecord Record)> records, PairRankerModel model, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        var settled = new List<BlendWork>();
        await ProgressDisplay.RunAsync(terminal, null, progress => new ComparisonRunner(model.Compare, progress).RunAsync(
            records.Select(record => new BlendWork(record.Place, record.Record, aggregation, model)),
            works => settled.AddRange(works.Cast<BlendWork>()),
            cancellation));
        var time = Stopwatch.GetElapsedTime(began);

        // The panel's texts are sound: whatever fails here is the ranker's fault.
        return settled.Find(work => work.Failure is not null) is { Failure: { } failure }
            ? throw new ModelException(model.Manifest.Id, failure)
            : (settled, time);
    }
}
