using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;

namespace LLMBlender.Cli.Verbs;

/// <summary>The version of this program, whatever process it runs in.</summary>
internal sealed class VersionNumber : SynchronousCommandLineAction
{
    /// <summary>The version.</summary>
    public static string Text { get; } =
        typeof(VersionNumber).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine(Text);
        return ExitCode.Done;
    }
}
