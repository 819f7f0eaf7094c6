using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace LLMBlender.Cli.Verbs;

/// <summary>The default help followed by the verb's <see cref="Verb.Details"/>.</summary>
internal sealed class VerbHelp(HelpAction usual) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var code = usual.Invoke(parseResult);
        if (parseResult.CommandResult.Command is Verb verb)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(verb.Details);
        }

        return code;
    }
}
