using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;

namespace LLMBlender.Cli.Verbs;

/// <summary>The version of this program, whatever process it runs in.</summary>
internal sealed class VersionNumber : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var version = typeof(VersionNumber).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!;
        parseResult.InvocationConfiguration.Output.WriteLine(version.InformationalVersion);
        return ExitCode.Done;
    }
}
