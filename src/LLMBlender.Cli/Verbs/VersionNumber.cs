using System.CommandLine;
using System.CommandLine.Invocation;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>--version</c>: the version of this program.</summary>
internal sealed class VersionNumber : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine(ProductVersion.Text);
        return ExitCode.Done;
    }
}
