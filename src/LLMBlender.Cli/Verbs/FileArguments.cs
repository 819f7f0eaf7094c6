using System.CommandLine;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>--from</c> and <c>--to</c> of a verb that works on records.</summary>
internal sealed class FileArguments
{
    /// <summary>The records' file.</summary>
    public Option<string?> From { get; }

    /// <summary>The answers' file.</summary>
    public Option<string?> To { get; } = new("--to")
    {
        HelpName = "F",
        Description = "Where the answers go, as JSON Lines; - (and the default) is standard output.",
    };

    /// <param name="command">The verb that gets the options.</param>
    /// <param name="required">Whether it only works on records.</param>
    public FileArguments(Command command, bool required = true)
    {
        From = new Option<string?>("--from")
        {
            HelpName = "F",
            Description = "JSON Lines to read, one record a line; - is standard input.",
            Required = required,
        };
        command.Options.Add(From);
        command.Options.Add(To);
    }

    /// <summary>Opens the input.</summary>
    public RecordInput OpenInput(ParseResult parsed, Terminal terminal) =>
        RecordInput.Open(parsed.GetValue(From)!, terminal.In);

    /// <summary>Names the output.</summary>
    public RecordOutput NameOutput(ParseResult parsed, Terminal terminal) =>
        RecordOutput.At(parsed.GetValue(To), parsed.GetValue(From), terminal.Out);
}
