using System.CommandLine;
using LLMBlender.Cli.Show;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary>
/// A verb's run over a file of records with a model that processes several at once: one window of records at a time, whatever
/// the file's length.
/// </summary>
/// <param name="terminal">Standard streams.</param>
/// <param name="files">The input and output files.</param>
/// <param name="read">Reads a record from its fields; throws <see cref="RecordException"/>.</param>
internal sealed class WindowRun<T>(Terminal terminal, FileArguments files, Func<RecordFields, T> read)
{
    // A few batches: enough to batch records of similar length together.
    private const int WindowRecords = 32;

    /// <summary>Processes all records in order.</summary>
    /// <param name="parsed">The arguments.</param>
    /// <param name="load">Loads the model; called after the files are opened.</param>
    /// <param name="answer">Processes a window of records independently.</param>
    /// <param name="cancellationToken">Cancels the run.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync<TModel>(
        ParseResult parsed,
        Func<TModel> load,
        Func<TModel, IReadOnlyList<T>, CancellationToken, Task<IReadOnlyList<Settled>>> answer,
        CancellationToken cancellationToken)
        where TModel : IDisposable
    {
        using var input = files.OpenInput(parsed, terminal, cancellationToken);
        using var output = files.NameOutput(parsed, terminal, input);
        using var model = load();
        output.Open();
        var answers = new AnswerWriter(output);
        await ProgressDisplay.RunAsync(terminal, input.Length, async progress =>
        {
            var windows = new RecordReader<T>(input, read).Read().Chunk(WindowRecords).GetEnumerator();

            // A read from standard input may block indefinitely; a read from a file does not.
            Task<bool> Next() => Task.Run(windows.MoveNext, cancellationToken).WaitAsync(cancellationToken);
            while (await Next())
            {
                var sound = windows.Current.Where(entry => entry.Error is null).Select(entry => entry.Value!).ToList();
                var settled = sound.Count == 0 ? [] : await answer(model, sound, cancellationToken);
                Write(windows.Current, settled, answers, output, progress);
            }
        });
        output.Complete();
        return answers.Failures == 0 ? ExitCode.Done : ExitCode.SomeFailed;
    }

    private static void Write(
        Entry<T>[] window, IReadOnlyList<Settled> settled, AnswerWriter answers, RecordOutput output, IProgressDisplay progress)
    {
        var next = 0;
        foreach (var entry in window)
        {
            var one = entry.Error is null ? settled[next++] : new Settled(null, entry.Error);
            if (one.Write is null)
            {
                answers.Fail(entry.Place, one.Problem!, progress);
                continue;
            }

            output.Write(json =>
            {
                entry.Place.Id?.Write(json);
                one.Write(json);
            });
            if (one.Problem is { } remark)
            {
                progress.WriteError($"{entry.Place.Located(remark)} (record {entry.Place.Id})");
            }
        }

        output.Flush();
        progress.Settled(window.Length, window[^1].Place.Position);
    }
}
