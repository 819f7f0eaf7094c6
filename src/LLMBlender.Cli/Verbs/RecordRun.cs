using System.CommandLine;
using LLMBlender.Cli.Ranking;
using LLMBlender.Cli.Records;
using LLMBlender.Cli.Show;
using LLMBlender.Inference.PairRanker;

namespace LLMBlender.Cli.Verbs;

/// <summary>A verb's way over a file of records with a ranker.</summary>
/// <param name="terminal">Standard streams.</param>
/// <param name="files">Where records come from and answers go.</param>
/// <param name="ranker">Which ranker.</param>
/// <param name="read">Makes a record of its fields; throws <see cref="RecordException"/>.</param>
/// <param name="begin">Hands a record to the ranker; throws <see cref="RecordException"/>.</param>
internal sealed class RecordRun<T>(
    Terminal terminal,
    FileArguments files,
    RankerArguments ranker,
    Func<RecordFields, T> read,
    Func<RecordPlace, T, PairRankerModel, RecordWork> begin)
{
    /// <summary>Answers all records, in their order.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        using var input = files.OpenInput(parsed, terminal);
        using var output = files.NameOutput(parsed, terminal);
        using var model = ranker.Load(parsed, terminal);
        output.Open();
        var entries = new RecordReader<T>(input, read).Read();
        var answers = new AnswerWriter(output);
        await ProgressDisplay.RunAsync(terminal, input.Length, progress =>
        {
            var runner = new ComparisonRunner(model.Compare, progress);
            return runner.RunAsync(
                entries.Select(entry => Begin(entry, model)), works => answers.Write(works, progress), cancellation);
        });
        return answers.Failures == 0 ? ExitCode.Done : ExitCode.SomeFailed;
    }

    private RecordWork Begin(Entry<T> entry, PairRankerModel model)
    {
        if (entry.Error is not null)
        {
            return new FailedWork(entry.Place, entry.Error);
        }

        try
        {
            return begin(entry.Place, entry.Value!, model);
        }
        catch (RecordException e)
        {
            return new FailedWork(entry.Place, e.Message);
        }
    }
}
