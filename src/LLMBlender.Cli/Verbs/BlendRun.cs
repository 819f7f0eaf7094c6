using System.CommandLine;
using LLMBlender.Cli.Blending;
using LLMBlender.Cli.Ranking;
using LLMBlender.Cli.Records;
using LLMBlender.Cli.Show;
using LLMBlender.Inference.PairRanker;

namespace LLMBlender.Cli.Verbs;

/// <summary>How a blend goes: which ranker and fuser, and the way over records with both.</summary>
/// <param name="terminal">Standard streams.</param>
/// <param name="ranker">Which ranker.</param>
/// <param name="fuser">Which fuser.</param>
/// <param name="aggregation">How comparisons become a ranking.</param>
/// <param name="isGuarded">Whether a fused answer that loses against the best candidate is held back.</param>
internal sealed class BlendRun(
    Terminal terminal, RankerArguments ranker, FuserArguments fuser, string aggregation, bool isGuarded)
{
    /// <summary>Standard streams.</summary>
    public Terminal Terminal => terminal;

    /// <summary>Loads both models.</summary>
    public (PairRankerModel Ranker, BlendFusing Fusing) Load(ParseResult parsed)
    {
        var model = ranker.Load(parsed, terminal);
        try
        {
            var loaded = fuser.Load(parsed, terminal, ranker.Device.Read(parsed));
            return (model, new BlendFusing(loaded, model.Compare, fuser.TopK(parsed), isGuarded));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>A record's way through the ranker.</summary>
    public BlendWork Begin(RecordPlace place, BlendRecord record, PairRankerModel model) => new(place, record, aggregation, model);

    /// <summary>Answers all records of a file, in their order.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(ParseResult parsed, FileArguments files, CancellationToken cancellation)
    {
        using var input = files.OpenInput(parsed, terminal);
        using var output = files.NameOutput(parsed, terminal);
        var entries = new RecordReader<BlendRecord>(input, BlendRecord.Read).Read();
        return await RunAsync(
            parsed,
            output,
            input.Length,
            model => entries.Select(entry => entry.Error is null
                ? (RecordWork)Begin(entry.Place, entry.Value!, model)
                : new FailedWork(entry.Place, entry.Error)),
            cancellation);
    }

    /// <summary>Answers records, in their order.</summary>
    /// <param name="parsed">The arguments.</param>
    /// <param name="output">Where answers go; made once the models are loaded.</param>
    /// <param name="length">Bytes of the input, where somebody knows.</param>
    /// <param name="begin">The records, as they are asked for.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(
        ParseResult parsed, RecordOutput output, long? length, Func<PairRankerModel, IEnumerable<RecordWork>> begin, CancellationToken cancellation)
    {
        var (model, fusing) = Load(parsed);
        using (model)
        using (fusing.Fuser)
        {
            output.Open();
            var answers = new AnswerWriter(output);
            await ProgressDisplay.RunAsync(terminal, length, progress =>
                new ComparisonRunner(model.Compare, progress).RunAsync(
                    begin(model),
                    async works =>
                    {
                        await fusing.SettleAsync([.. works.OfType<BlendWork>()], cancellation);
                        answers.Write(works, progress);
                    },
                    cancellation));
            return answers.Failures == 0 ? ExitCode.Done : ExitCode.SomeFailed;
        }
    }
}
