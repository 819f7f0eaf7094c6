using System.CommandLine;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;
using LLMBlender.Cli.Hosts;
using LLMBlender.Cli.Show;
using LLMBlender.Core.Fusion;
using LLMBlender.Local.Fusion;
using LLMBlender.Records;
using Spectre.Console;

namespace LLMBlender.Cli.Verbs;

/// <summary>A run of <c>fuse</c>: writes records, or on a terminal each answer as it is streamed.</summary>
/// <param name="terminal">Standard streams.</param>
/// <param name="files">Where records come from and answers go.</param>
/// <param name="withSource">Whether answers show what the fuser read.</param>
/// <param name="topK">How many candidates are fused; null for the record's own number.</param>
/// <param name="fuserOf">The fuser of a request whose record names this one, or none.</param>
internal sealed class FuseRun(Terminal terminal, FileArguments files, bool withSource, int? topK, Func<string?, string?> fuserOf)
{
    private const int Margin = 2;

    private ModelFuser? composer;

    /// <summary>Processes all records in order.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> RunAsync(ParseResult parsed, Func<Task<IBlenderHost>> open, CancellationToken cancellationToken) =>
        terminal.OutIsTerminal && parsed.GetValue(files.To) is null
            ? ShowAsync(parsed, open, cancellationToken)
            : new RecordRun<FuseRecord, FuseResult>(terminal, files, RecordJsonContext.Default.FuseResult)
            {
                Weight = static record => RecordJson.Weight(record.Instruction, record.Input, record.Candidates),
                Answer = async (blender, id, record, token) =>
                {
                    var request = RecordJson.Read(() => Request(record));
                    var response = await blender.FuseAsync(request, token);
                    return FuseResult.Create(id, response, record.Order()) with { Source = Source(request, response.Failure) };
                },
                Remark = static answer => answer.Failure?.Message,
            }.RunAsync(parsed, () => OpenAsync(open), Read, cancellationToken);

    // Ranks are validated with the record, so that invalid ones fail before fusion.
    private static FuseRecord Read(RecordFields fields)
    {
        var record = RecordJson.Reader(RecordJsonContext.Default.FuseRecord)(fields);
        _ = RecordJson.Read(record.Order);
        return record;
    }

    private async Task<IBlenderHost> OpenAsync(Func<Task<IBlenderHost>> open)
    {
        var host = await open();
        composer = withSource && host is LocalHost local ? local.Models.Fusers.Find(null) as ModelFuser : null;
        return host;
    }

    private FuseRequest Request(FuseRecord record) => record.ToRequest() with { Fuser = fuserOf(record.Fuser), TopK = topK ?? record.TopK };

    private string? Source(FuseRequest request, BlendFailure? failure) => failure?.Reason is BlendFailureReason.Faulted
        ? null
        : composer?.Compose(FusionRequest.Of(
            request.Instruction,
            request.Input,
            Array.ConvertAll(request.Candidates, static candidate => candidate.Text),
            request.TopK ?? FusionRequest.DefaultTopK)).Text;

    private async Task<int> ShowAsync(ParseResult parsed, Func<Task<IBlenderHost>> open, CancellationToken cancellationToken)
    {
        var console = ConsoleOutput.Create(terminal.Out, terminal.OutIsTerminal, terminal);
        using var input = files.OpenInput(parsed, terminal, cancellationToken);
        await using var host = await OpenAsync(open);
        var code = ExitCode.Done;
        using var entries = new RecordReader<FuseRecord>(input, Read).Read().GetEnumerator();

        // A read from standard input may block indefinitely.
        while (await Task.Run(entries.MoveNext, cancellationToken).WaitAsync(cancellationToken))
        {
            var (place, record, error) = entries.Current;
            console.Write(new Text($"{(place.Id is { } id ? $"{id}" : place.Located("a record"))}\n", Palette.Heading));
            error ??= await ShowAsync(console, host.Blender, record!, cancellationToken);
            if (error is not null)
            {
                code = ExitCode.SomeFailed;
                Show(console, place.Located(error), Palette.Dim);
            }
        }

        return code;
    }

    // Displays an answer as it is streamed. Returns the record's error, or null.
    private async Task<string?> ShowAsync(IAnsiConsole console, IBlender blender, FuseRecord record, CancellationToken cancellationToken)
    {
        var writing = new StreamedText(console, Margin, Style.Plain);
        var request = Request(record) with { Timeout = RequestTime.Longest };
        FuseResponse? response = null;
        try
        {
            await foreach (var update in blender.FuseStreamingAsync(request, cancellationToken))
            {
                writing.Write(update.Text);
                response = update.Response;
            }

            writing.End();
        }
        catch (BlendException e) when (e.What == FusionAnswer.Step && e.Parameter is null)
        {
            // The partial fused answer is discarded.
            writing.End();
            Show(console, e.Message, Palette.Dim);
            Show(console, request.Candidates.First(static candidate => !string.IsNullOrWhiteSpace(candidate.Text)).Text, Style.Plain);
            return null;
        }
        catch (BlendException e)
        {
            writing.End();
            return e.Message;
        }

        if (response?.Failure is { } failure)
        {
            Show(console, failure.Message, Palette.Dim);
        }

        if (response is not null && Source(request, response.Failure) is { } source)
        {
            Show(console, source, Palette.Dim);
        }

        return null;
    }

    private static void Show(IAnsiConsole console, string text, Style style)
    {
        var shown = new StreamedText(console, Margin, style);
        shown.Write(text);
        shown.End();
    }
}
