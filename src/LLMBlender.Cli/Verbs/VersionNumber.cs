using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>--version</c>: the version of this program and, in a release build of a clone, its commit.</summary>
internal sealed class VersionNumber : SynchronousCommandLineAction
{
    // The project file sets it.
    private static readonly string? Commit = typeof(VersionNumber).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(static metadata => metadata.Key == "Commit")?.Value;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine(string.IsNullOrEmpty(Commit) ? ProductVersion.Text : $"{ProductVersion.Text} ({Commit})");
        return ExitCode.Done;
    }
}
