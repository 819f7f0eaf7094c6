using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace LLMBlender.Inference.Sessions;

/// <summary>
/// The process-wide ONNX Runtime environment, with telemetry disabled. Since 1.29 its official builds send trace events, including model
/// file names, to Microsoft by default; no data may leave the machine.
/// </summary>
internal static partial class OnnxRuntimeHost
{
    private const string Switch = "ORT_DISABLE_TELEMETRY";

    /// <summary>The environment. All code that uses ONNX Runtime gets it from here first, so that telemetry never starts.</summary>
    public static OrtEnv Environment { get; } = Start();

    private static OrtEnv Start()
    {
        // Outside Windows, .NET's environment variables are a copy that native code doesn't see.
        System.Environment.SetEnvironmentVariable(Switch, "1");
        if (!OperatingSystem.IsWindows())
        {
            SetNative(Switch, "1", overwrite: 1);
        }

        var environment = OrtEnv.Instance();
        environment.DisableTelemetryEvents();
        return environment;
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetNative(string name, string value, int overwrite);
}
