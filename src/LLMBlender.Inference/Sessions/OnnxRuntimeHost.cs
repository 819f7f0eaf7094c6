using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace LLMBlender.Inference.Sessions;

/// <summary>
/// The process-wide ONNX Runtime environment, with telemetry disabled. Since 1.29 its official builds send trace events, including model
/// file names, to Microsoft by default; no data may leave the machine. Sessions on the processor take the memory of their runs from one pool here, so that
/// several models need as much as the runs at one time, and not the sum of what each has ever needed.
/// </summary>
internal static partial class OnnxRuntimeHost
{
    private const string Switch = "ORT_DISABLE_TELEMETRY";
    private const string Shrinkage = "memory.enable_memory_arena_shrinkage";

    // Memory that is given back has to be taken again: a tenth of a run's time on a small model.
    private const int RunsBetweenShrinks = 256;

    private static bool hasPool;
    private static uint runs;

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

        // Memory grows by what a run asks for; the default doubles it.
        using var processor = new OrtMemoryInfo(OrtMemoryInfo.allocatorCPU, OrtAllocatorType.ArenaAllocator, 0, OrtMemType.Default);
        using var growth = new OrtArenaCfg(0, 1, -1, -1);
        try
        {
            environment.CreateAndRegisterAllocator(processor, growth);
            hasPool = true;
        }
        catch (OnnxRuntimeException)
        {
            // The app has registered one of its own, which sessions then take memory from.
        }

        return environment;
    }

    /// <summary>Whether the run that is about to start gives back the pool's memory that no run uses, such as that of a peak: every 256th of the process does.</summary>
    public static bool IsTurnToShrink() => hasPool && Interlocked.Increment(ref runs) % RunsBetweenShrinks == 0;

    /// <summary>Options of runs that give memory back. Each entry can be set once without a warning, so that these are options of their own.</summary>
    public static RunOptions ShrinkingOptions()
    {
        var options = new RunOptions();
        options.AddRunConfigEntry(Shrinkage, "cpu:0");
        return options;
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetNative(string name, string value, int overwrite);
}
