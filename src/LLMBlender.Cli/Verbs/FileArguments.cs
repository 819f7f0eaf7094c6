using System.CommandLine;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary>The options <c>--from</c> and <c>--to</c> of a verb that processes records.</summary>
internal sealed class FileArguments
{
    private const string ConfigurationOption = "--config";

    /// <summary>The input file.</summary>
    public Option<string?> From { get; }

    /// <summary>The output file.</summary>
    public Option<string?> To { get; } = new("--to")
    {
        HelpName = "F",
        Description = "The JSON Lines file to write answers to; - (the default) is standard output.",
    };

    /// <param name="command">The verb that the options are added to.</param>
    /// <param name="required">Whether <c>--from</c> is required.</param>
    public FileArguments(Command command, bool required = true)
    {
        From = new Option<string?>("--from")
        {
            HelpName = "F",
            Description = "The JSON Lines file to read, one record a line; - is standard input.",
            Required = required,
        };
        command.Options.Add(From);
        command.Options.Add(To);
    }

    /// <summary>Opens the input.</summary>
    public RecordInput OpenInput(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken) =>
        RecordInput.Open(parsed.GetValue(From)!, terminal.In, cancellationToken);

    /// <summary>Returns the output, which is opened later.</summary>
    /// <param name="parsed">The arguments.</param>
    /// <param name="terminal">Standard streams.</param>
    /// <param name="input">The opened input; null for none.</param>
    public RecordOutput NameOutput(ParseResult parsed, Terminal terminal, RecordInput? input) => RecordOutput.At(
        parsed.GetValue(To),
        terminal.Out,
        [
            .. input is null ? [] : (RunFile[])[input.File],
            .. RunFile.Read(ConfigurationOption, ConfigurationFileOf(parsed)),
        ]);

    private static string? ConfigurationFileOf(ParseResult parsed) => parsed.CommandResult.Command.Options
        .OfType<Option<string?>>().FirstOrDefault(static option => option.Name == ConfigurationOption) is { } config ? parsed.GetValue(config) : null;
}
