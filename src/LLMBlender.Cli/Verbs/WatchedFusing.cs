using System.CommandLine;
using LLMBlender.Cli.Fusing;
using LLMBlender.Cli.Records;
using LLMBlender.Cli.Show;
using LLMBlender.Core.Fusion;
using Spectre.Console;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>fuse</c> for a person who watches: a record after another, each answer as it is written.</summary>
/// <param name="terminal">Standard streams.</param>
/// <param name="files">Where records come from.</param>
/// <param name="read">Makes a request of a record's fields; throws <see cref="RecordException"/>.</param>
/// <param name="withSource">Whether the fuser's source is shown, too.</param>
internal sealed class WatchedFusing(Terminal terminal, FileArguments files, Func<RecordFields, FusionRequest> read, bool withSource)
{
    private const int Margin = 2;

    private readonly IAnsiConsole console = ConsoleOutput.Create(terminal.Out, terminal.OutIsTerminal, terminal);

    /// <summary>Answers all records, in their order.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(ParseResult parsed, Func<LoadedFuser> load, CancellationToken cancellation)
    {
        using var input = files.OpenInput(parsed, terminal);
        using var loaded = load();
        var code = ExitCode.Done;
        using var entries = new RecordReader<FusionRequest>(input, read).Read().GetEnumerator();

        // Standard input may keep a read waiting for ever.
        while (await Task.Run(entries.MoveNext, cancellation).WaitAsync(cancellation))
        {
            var (place, request, error) = entries.Current;
            console.Write(new Text($"{(place.Id is { } id ? $"{id}" : place.Located("a record"))}\n", Palette.Heading));
            if (error is not null)
            {
                code = ExitCode.SomeFailed;
                Show(place.Located(error), Palette.Dim);
                continue;
            }

            await FuseAsync(loaded, request!, cancellation);
        }

        return code;
    }

    private async Task FuseAsync(LoadedFuser loaded, FusionRequest request, CancellationToken cancellation)
    {
        var writing = new StreamedText(console, Margin, Style.Plain);
        var attempt = await FusionAttempt.OfAsync(loaded.Fuser, request, writing.Write, cancellation);
        writing.End();
        var answer = FusionAnswer.Of(loaded.Fuser.Name, request, attempt);
        if (answer.Failure is { } failure)
        {
            Show(failure.Message, Palette.Dim);
            Show(answer.Text, Style.Plain);
        }

        if (withSource && attempt.Problem is null && loaded.Source(request) is { } source)
        {
            Show(source.Text, Palette.Dim);
        }
    }

    private void Show(string text, Style style)
    {
        var shown = new StreamedText(console, Margin, style);
        shown.Write(text);
        shown.End();
    }
}
