using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;
using LLMBlender.Cli.Hosts;
using LLMBlender.Cli.Show;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary>A verb's run over records: each is read, answered by a blender, and its answer written, in their order.</summary>
/// <param name="terminal">Standard streams.</param>
/// <param name="files">Where records come from and answers go.</param>
/// <param name="result">An answer's type.</param>
internal sealed class RecordRun<TRecord, TResult>(Terminal terminal, FileArguments files, JsonTypeInfo<TResult> result)
{
    /// <summary>Answers a record by a blender. The id is the record's.</summary>
    public required Func<IBlender, RecordId?, TRecord, CancellationToken, Task<TResult>> Answer { get; init; }

    /// <summary>What a record keeps in memory, roughly: texts' characters and a matrix's entries.</summary>
    public required Func<TRecord, long> Weight { get; init; }

    /// <summary>What an answer lacks; null for nothing.</summary>
    public Func<TResult, string?> Remark { get; init; } = static _ => null;

    /// <summary>Answers all records of a file.</summary>
    /// <param name="parsed">The arguments.</param>
    /// <param name="open">Opens the host, once the files are known to be there.</param>
    /// <param name="read">Makes a record of its fields.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(
        ParseResult parsed, Func<Task<IBlenderHost>> open, Func<RecordFields, TRecord> read, CancellationToken cancellationToken)
    {
        using var input = files.OpenInput(parsed, terminal);
        using var output = files.NameOutput(parsed, terminal);
        using var entries = new RecordReader<TRecord>(input, read).Read().GetEnumerator();

        // Reading and writing are compiled, and the first record is read, while the models load.
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

    /// <summary>Answers records that need no file.</summary>
    /// <param name="host">What answers.</param>
    /// <param name="entries">The records.</param>
    /// <param name="length">Bytes of the input; null where that is not known.</param>
    /// <param name="output">Where answers go.</param>
    /// <param name="cancellationToken">Ends the run.</param>
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

/// <summary>Reads records as <see cref="LLMBlender.Abstractions.Json"/> defines them.</summary>
internal static class RecordJson
{
    /// <summary>A reader of a type.</summary>
    public static Func<RecordFields, T> Reader<T>(JsonTypeInfo<T> type)
        where T : class => fields => Read(() => JsonRecord.Read(fields.Element, type));

    /// <summary>Reads, and reports a field that breaks a rule as a record that can't be used.</summary>
    /// <exception cref="RecordException">A field breaks a rule.</exception>
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

    /// <summary>Characters of texts.</summary>
    public static long Weight(string instruction, string? input, IEnumerable<CandidateRecord> candidates) =>
        instruction.Length + (input?.Length ?? 0) + candidates.Sum(static candidate => (long)candidate.Text.Length);
}
