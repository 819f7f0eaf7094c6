using LLMBlender.TestKit;

namespace LLMBlender.Cluster.Tests.Runbooks;

/// <summary>Programs of a test in a folder of the PATH.</summary>
internal static class Executable
{
    /// <summary>Writes a script that can be run.</summary>
    public static void Write(TemporaryFolder bin, string name, string script)
    {
        var path = bin.Write(name, script);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }
}
