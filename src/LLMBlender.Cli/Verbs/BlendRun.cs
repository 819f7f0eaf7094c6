using System.CommandLine;
using System.Text;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;
using LLMBlender.Cli.Hosts;
using LLMBlender.Cli.Panels;
using LLMBlender.Cli.Show;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary>A run of <c>blend</c> on a file of records, on one instruction, or on the sample panel's instructions.</summary>
/// <param name="terminal">Standard streams.</param>
/// <param name="files">The input and output files.</param>
/// <param name="options">The options of every blend.</param>
/// <param name="asJson">Whether answers are written as records even without <c>--to</c>.</param>
internal sealed class BlendRun(Terminal terminal, FileArguments files, BlendRequest options, bool asJson)
{
    /// <summary>Opens the host.</summary>
    public required Func<Task<IBlenderHost>> Open { get; init; }

    /// <summary>Whether the sample panel is used, with this process's ranker and fuser.</summary>
    public required bool IsSample { get; init; }

    /// <summary>Which models were found, in a sentence; null for none.</summary>
    public string? Note { get; init; }

    /// <summary>Whether the fuser that this process loads precedes the panel's.</summary>
    public bool UsesLoadedFuser { get; init; }

    /// <summary>The ranker of a request whose record names this one, or none.</summary>
    public required Func<string?, string?> RankerOf { get; init; }

    /// <summary>The fuser of a request whose record names this one, or none.</summary>
    public required Func<string?, string?> FuserOf { get; init; }

    /// <summary>Blends each record of a file.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> AnswerFileAsync(ParseResult parsed, CancellationToken cancellationToken) =>
        Records().RunAsync(parsed, Open, Read, cancellationToken);

    /// <summary>Blends one instruction.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="UsageException">The arguments are invalid.</exception>
    public async Task<int> AnswerAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        try
        {
            var request = Completed(options);
            using var output = WantsRecords(parsed) ? files.NameOutput(parsed, terminal, input: null) : null;
            if (Note is not null)
            {
                WriteError(Note);
            }

            await using var host = await Open();
            if (UsesLoadedFuser && host is LocalHost local)
            {
                request = request with { Fuser = local.Models.Fusers.Names.First() };
            }

            if (output is null && terminal.OutIsTerminal)
            {
                var display = NewDisplay(host);
                await display.ShowAsync(host, request, cancellationToken);
                return ExitCode.Done;
            }

            var response = terminal.ErrorIsTerminal
                ? await new BlendWait(ConsoleOutput.Create(terminal.Error, isTerminal: true, terminal)).BlendAsync(host.Blender, request, cancellationToken)
                : await BlendAsync(host, request, cancellationToken);
            if (output is not null)
            {
                output.Write(BlendResult.Create(null, response), RecordJsonContext.Default.BlendResult);
                output.Complete();
                return ExitCode.Done;
            }

            foreach (var failure in response.Failures)
            {
                WriteError($"{failure.What}: {failure.Message}");
            }

            await terminal.Out.WriteAsync(Encoding.UTF8.GetBytes(response.Answer + "\n"), cancellationToken);
            return ExitCode.Done;
        }
        catch (BlendException e) when (e.Parameter is null)
        {
            WriteError(e.Message);
            return ExitCode.SomeFailed;
        }
        catch (BlendException e)
        {
            throw new UsageException(e.Message, e);
        }
        catch (RecordException e)
        {
            throw new UsageException($"{e.Message}.", e);
        }
    }

    /// <summary>Blends all records of the sample panel: one in detail, and one line for each other ranking.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> AnswerSamplesAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var output = WantsRecords(parsed) ? files.NameOutput(parsed, terminal, input: null) : null;
        await using var host = await Open();
        if (output is null)
        {
            await NewDisplay(host).ShowSamplesAsync(host, options, cancellationToken);
            return ExitCode.Done;
        }

        var entries = SamplePanel.Records.Select(static (sample, i) => new Entry<BlendRecord>(
            new RecordPlace("the sample panel", i + 1, 0, sample.Id),
            new BlendRecord { Instruction = sample.Record.Instruction, Input = sample.Record.Input },
            null));
        return await Records().RunAsync(host, entries, null, output, cancellationToken);
    }

    private static async Task<BlendResponse> BlendAsync(IBlenderHost host, BlendRequest request, CancellationToken cancellationToken)
    {
        BlendResponse? response = null;
        await host.RunAsync(
            [request],
            static _ => 0,
            static (blender, one, token) => blender.BlendAsync(one, token),
            answered => response = answered[0],
            static _ => { },
            cancellationToken);
        return response!;
    }

    private BlendDisplay NewDisplay(IBlenderHost host)
    {
        var show = new BlendShow(ConsoleOutput.Create(terminal.Out, terminal.OutIsTerminal, terminal));
        show.Title(IsSample ? $"sample panel of recorded answers; {host.Title}" : host.Title);
        return new BlendDisplay(show, showsMembers: !IsSample);
    }

    private RecordRun<BlendRecord, BlendResult> Records() => new(terminal, files, RecordJsonContext.Default.BlendResult)
    {
        Weight = static record => record.Candidates is { } candidates
            ? RecordJson.Weight(record.Instruction, record.Input, candidates) + ((long)candidates.Length * candidates.Length)
            : 0,
        Answer = async (blender, id, record, token) => BlendResult.Create(id, await blender.BlendAsync(Request(record), token)),
    };

    private BlendRecord Read(RecordFields fields)
    {
        var record = RecordJson.Reader(RecordJsonContext.Default.BlendRecord)(fields);
        if (!IsSample || record.Candidates is not null)
        {
            return record;
        }

        var sample = SamplePanel.Find(record.Instruction, record.Input);
        return record with { Instruction = sample.Instruction, Input = sample.Input };
    }

    // Arguments take precedence over the record's options.
    private BlendRequest Request(BlendRecord record)
    {
        var request = record.ToRequest();
        return request with
        {
            Panel = record.Candidates is not null ? record.Panel : options.Panel ?? record.Panel,
            Ranker = RankerOf(record.Ranker),
            Aggregation = options.Aggregation ?? record.Aggregate,
            Fuser = FuserOf(record.Fuser),
            TopK = options.TopK ?? record.TopK,
            WithoutGuard = options.WithoutGuard,
        };
    }

    private BlendRequest Completed(BlendRequest request)
    {
        if (!IsSample)
        {
            return request;
        }

        var sample = SamplePanel.Find(request.Instruction, request.Input);
        return request with { Instruction = sample.Instruction, Input = sample.Input };
    }

    private bool WantsRecords(ParseResult parsed) => asJson || parsed.GetValue(files.To) is not null;

    private void WriteError(string problem) => terminal.Error.Write(Encoding.UTF8.GetBytes($"llmblender: {problem}\n"));
}
