using System.CommandLine;
using System.Diagnostics;
using LLMBlender.Abstractions;
using LLMBlender.Cli.Blending;
using LLMBlender.Cli.Ranking;
using LLMBlender.Cli.Records;
using LLMBlender.Cli.Show;
using LLMBlender.Inference;
using LLMBlender.Inference.PairRanker;

namespace LLMBlender.Cli.Verbs;

/// <summary>Blends of the panel's answers, for a person or as records.</summary>
/// <param name="run">Which ranker and fuser.</param>
/// <param name="files">Where answers go as records, if they do.</param>
/// <param name="asJson">Whether records are wanted without <c>--to</c>, too.</param>
internal sealed class PanelRun(BlendRun run, FileArguments files, bool asJson)
{
    private Terminal Terminal => run.Terminal;

    /// <summary>Blends one record: to a terminal the whole of it, as it comes about, else the answer alone.</summary>
    public async Task<int> AnswerAsync(BlendRecord record, ParseResult parsed, CancellationToken cancellation)
    {
        var place = new RecordPlace("the instruction", 1, 0, null);
        if (WantsRecords(parsed))
        {
            return await WriteAsync([(place, record)], parsed, cancellation);
        }

        var (model, fusing) = run.Load(parsed);
        using (model)
        using (fusing.Fuser)
        {
            if (Terminal.OutIsTerminal)
            {
                var show = new BlendShow(ConsoleOutput.Create(Terminal.Out, Terminal.OutIsTerminal, Terminal));
                show.Title(model.Manifest, fusing.Fuser);
                await ShowAsync(show, (place, record), model, fusing, cancellation);
                return ExitCode.Done;
            }

            var (works, _) = await RankAsync([(place, record)], model, cancellation);
            await fusing.SettleAsync(works, cancellation);
            Demand(works[0], model);
            await Terminal.Out.WriteAsync(System.Text.Encoding.UTF8.GetBytes(works[0].Outcome.Text + "\n"), cancellation);
            return ExitCode.Done;
        }
    }

    /// <summary>Blends all that the sample panel has: one blend whole, the others' rankings in a line each, and what it took.</summary>
    public async Task<int> AnswerSamplesAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var records = SamplePanel.Records
            .Select((sample, i) => (new RecordPlace("the sample panel", i + 1, 0, sample.Id), sample.Record)).ToList();
        if (WantsRecords(parsed))
        {
            return await WriteAsync(records, parsed, cancellation);
        }

        var (model, fusing) = run.Load(parsed);
        using (model)
        using (fusing.Fuser)
        {
            var show = new BlendShow(ConsoleOutput.Create(Terminal.Out, Terminal.OutIsTerminal, Terminal));
            show.Title(model.Manifest, fusing.Fuser);
            var (first, firstTime) = await ShowAsync(show, records[0], model, fusing, cancellation);
            ConsoleGap();
            var (others, otherTime) = await RankAsync(records[1..], model, cancellation);
            BlendWork[] all = [first, .. others];
            show.Overview(all);
            ConsoleGap();
            show.Winners(all);
            show.Cost(
                all.Length, all.Sum(work => work.Record.Candidates.Length), all.Sum(work => work.Ranking.Comparisons), firstTime + otherTime);
            show.Hint("Another one, whole:", $"llmblender blend \"{records[9].Record.Instruction}\"");
            return ExitCode.Done;
        }

        void ConsoleGap() => Terminal.Out.Write("\n"u8);
    }

    // One blend in the order in which it comes about: the ranking, then the fused answer as it is written, then what is given.
    private async Task<(BlendWork Work, TimeSpan Ranked)> ShowAsync(
        BlendShow show, (RecordPlace Place, BlendRecord Record) record, PairRankerModel model, BlendFusing fusing, CancellationToken cancellation)
    {
        var (works, ranked) = await RankAsync([record], model, cancellation);
        var work = works[0];
        show.Ranked(work);
        if (fusing.Fuser.Writes)
        {
            var began = Stopwatch.GetTimestamp();
            var writing = show.Fusing(fusing.Fuser, Math.Min(fusing.TopK, work.Record.Candidates.Length));
            await fusing.SettleAsync(work, writing.Write, cancellation);
            writing.End();
            Demand(work, model);
            show.Decided(work, Stopwatch.GetElapsedTime(began));
        }
        else
        {
            await fusing.SettleAsync(works, cancellation);
            Demand(work, model);
        }

        if (work.Outcome.Given is BlendGiven.Best)
        {
            show.Answer(work);
        }

        show.Cost(1, work.Record.Candidates.Length, work.Ranking.Comparisons, ranked);
        return (work, ranked);
    }

    private bool WantsRecords(ParseResult parsed) => asJson || parsed.GetValue(files.To) is not null;

    private async Task<int> WriteAsync(
        IReadOnlyList<(RecordPlace Place, BlendRecord Record)> records, ParseResult parsed, CancellationToken cancellation)
    {
        using var output = files.NameOutput(parsed, Terminal);
        return await run.RunAsync(
            parsed, output, null, model => records.Select(record => run.Begin(record.Place, record.Record, model)), cancellation);
    }

    private async Task<(List<BlendWork> Works, TimeSpan Time)> RankAsync(
        IEnumerable<(RecordPlace Place, BlendRecord Record)> records, PairRankerModel model, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        var settled = new List<BlendWork>();
        await ProgressDisplay.RunAsync(Terminal, null, progress => new ComparisonRunner(model.Compare, progress).RunAsync(
            records.Select(record => run.Begin(record.Place, record.Record, model)),
            works => settled.AddRange(works.Cast<BlendWork>()),
            cancellation));
        settled.ForEach(work => Demand(work, model));
        return (settled, Stopwatch.GetElapsedTime(began));
    }

    // The panel's texts are sound: whatever fails here is the model's fault.
    private static void Demand(BlendWork work, PairRankerModel model)
    {
        if (work.Failure is { } failure)
        {
            throw new ModelException(model.Manifest.Id, failure);
        }
    }
}
