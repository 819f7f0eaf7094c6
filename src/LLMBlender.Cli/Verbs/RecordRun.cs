using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;
using LLMBlender.Cli.Hosts;
using LLMBlender.Cli.Show;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary>A verb's run over records: reads each record, processes it with a blender and writes its answer, in order.</summary>
/// <param name="terminal">Standard streams.</param>
/// <param name="files">The input and output files.</param>
/// <param name="result">The type of an answer.</param>
internal sealed class RecordRun<TRecord, TResult>(Terminal terminal, FileArguments files, JsonTypeInfo<TResult> result)
{
    /// <summary>Processes a record with a blender. The id is the record's.</summary>
    public required Func<IBlender, RecordId?, TRecord, CancellationToken, Task<TResult>> Answer { get; init; }

    /// <summary>A record's approximate memory use: characters of its texts plus entries of its matrix.</summary>
    public required Func<TRecord, long> Weight { get; init; }

    /// <summary>A remark on an answer; null if there is none.</summary>
    public Func<TResult, string?> Remark { get; init; } = static _ => null;

    /// <summary>Processes all records of a file.</summary>
    /// <param name="parsed">The arguments.</param>
    /// <param name="open">Opens the host; called after the files are opened.</param>
    /// <param name="read">Reads a record from its fields.</param>
    /// <param name="cancellationToken">Cancels the run.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(
        ParseResult parsed, Func<Task<IBlenderHost>> open, Func<RecordFields, TRecord> read, CancellationToken cancellationToken)
    {
        using var input = files.OpenInput(parsed, terminal, cancellationToken);
        using var output = files.NameOutput(parsed, terminal, input);
        using var entries = new RecordReader<TRecord>(input, read).Read().GetEnumerator();

        // While the models load, serialization is JIT-compiled and the first record is read.
        var first = Task.Run(() => JsonSerializer.SerializeToUtf8Bytes(default!, result).Length > 0 && entries.MoveNext(), CancellationToken.None);
        await using var host = await open();
        return await RunAsync(host, Rest(first, entries), input.Length, output, cancellationToken);
    }

    private static IEnumerable<Entry<TRecord>> Rest(Task<bool> first, IEnumerator<Entry<TRecord>> entries)
    {
        for (var isThere = first.GetAwaiter().GetResult(); isThere; isThere = entries.MoveNext())
        {
            yield return entries.Current;
        }
    }

    /// <summary>Processes records that do not come from a file.</summary>
    /// <param name="host">The host.</param>
    /// <param name="entries">The records.</param>
    /// <param name="length">The input's size in bytes; null if unknown.</param>
    /// <param name="output">The output.</param>
    /// <param name="cancellationToken">Cancels the run.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(
        IBlenderHost host, IEnumerable<Entry<TRecord>> entries, long? length, RecordOutput output, CancellationToken cancellationToken)
    {
        output.Open();
        var answers = new AnswerWriter(output);
        await ProgressDisplay.RunAsync(terminal, length, progress => host.RunAsync(
            entries,
            entry => entry.Error is null ? Weight(entry.Value!) : 0,
            AnswerAsync,
            answered => answers.Write(answered, progress),
            progress.Compared,
            cancellationToken));
        output.Complete();
        return answers.Failures == 0 ? ExitCode.Done : ExitCode.SomeFailed;
    }

    private async Task<RecordAnswer> AnswerAsync(IBlender blender, Entry<TRecord> entry, CancellationToken cancellationToken)
    {
        if (entry.Error is { } error)
        {
            return new RecordAnswer(entry.Place, null, error);
        }

        try
        {
            var answer = await Answer(blender, entry.Place.Id, entry.Value!, cancellationToken);
            return new RecordAnswer(entry.Place, output => output.Write(answer, result), Remark(answer));
        }
        catch (BlendException e)
        {
            return new RecordAnswer(entry.Place, null, e.Message);
        }
    }
}

/// <summary>Reads the records defined in <see cref="LLMBlender.Abstractions.Json"/>.</summary>
internal static class RecordJson
{
    /// <summary>Returns a reader for a type.</summary>
    public static Func<RecordFields, T> Reader<T>(JsonTypeInfo<T> type)
        where T : class => fields => Read(() => JsonRecord.Read(fields.Element, type));

    /// <summary>Reads a value and converts a <see cref="JsonFieldException"/> to a <see cref="RecordException"/>.</summary>
    /// <exception cref="RecordException">A field is invalid.</exception>
    public static T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (JsonFieldException e)
        {
            throw new RecordException(e.Message, e);
        }
    }

    /// <summary>The number of characters in the texts.</summary>
    public static long Weight(string instruction, string? input, IEnumerable<CandidateRecord> candidates) =>
        instruction.Length + (input?.Length ?? 0) + candidates.Sum(static candidate => (long)candidate.Text.Length);
}
