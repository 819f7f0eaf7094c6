using System.Diagnostics;
using System.Runtime.InteropServices;

namespace LLMBlender.Cluster.Tests.Processes;

/// <summary>Signals to processes that a test started.</summary>
internal static partial class Signals
{
    private const int Kill = 9;
    private const int Terminate = 15;
    private const int Continue = 18;
    private const int Stop = 19;

    /// <summary>Ends it at once.</summary>
    public static void SendKill(Process process) => Send(process, Kill);

    /// <summary>Asks it to end.</summary>
    public static void SendTerminate(Process process) => Send(process, Terminate);

    /// <summary>Freezes it.</summary>
    public static void SendStop(Process process) => Send(process, Stop);

    /// <summary>Lets it go on.</summary>
    public static void SendContinue(Process process) => Send(process, Continue);

    private static void Send(Process process, int signal)
    {
        if (SendSignal(process.Id, signal) != 0)
        {
            throw new InvalidOperationException($"process {process.Id} could not be sent signal {signal}: error {Marshal.GetLastPInvokeError()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int process, int signal);
}
