using System.Runtime.InteropServices;

namespace LLMBlender.Inference.Sessions;

/// <summary>
/// What ONNX Runtime's CUDA provider needs of the machine. ONNX Runtime names only the first missing library, in the middle of an error
/// about its own; these are looked up first, so that an error names all.
/// </summary>
internal static unsafe class CudaRuntime
{
    /// <summary>The major version of CUDA that the provider is built for: its libraries' names end with it.</summary>
    public const int CudaVersion = 13;

    /// <summary>The major version of cuDNN.</summary>
    public const int CudnnVersion = 9;

    private const string Driver = "the NVIDIA driver";
    private const int NoDevice = 100;

    private static readonly Lazy<string?> Found = new(Find);

    /// <summary>The needed libraries with what they are part of, on Linux.</summary>
    public static IReadOnlyList<(string Name, string PartOf)> LinuxLibraries { get; } =
    [
        ("libcuda.so.1", Driver), ($"libcudart.so.{CudaVersion}", $"CUDA {CudaVersion}"), ($"libcublasLt.so.{CudaVersion}", $"CUDA {CudaVersion}"),
        ($"libcublas.so.{CudaVersion}", $"CUDA {CudaVersion}"), ("libcurand.so.10", $"CUDA {CudaVersion}"), ($"libcudnn.so.{CudnnVersion}", $"cuDNN {CudnnVersion}"),
    ];

    private static IReadOnlyList<(string Name, string PartOf)> WindowsLibraries { get; } =
    [
        ("nvcuda.dll", Driver), ($"cudart64_{CudaVersion}.dll", $"CUDA {CudaVersion}"), ($"cublasLt64_{CudaVersion}.dll", $"CUDA {CudaVersion}"),
        ($"cublas64_{CudaVersion}.dll", $"CUDA {CudaVersion}"), ("curand64_10.dll", $"CUDA {CudaVersion}"), ($"cudnn64_{CudnnVersion}.dll", $"cuDNN {CudnnVersion}"),
    ];

    /// <summary>Why no CUDA device can be used: each missing library, or what the driver says; null if one can.</summary>
    public static string? Problem => Found.Value;

    /// <summary>Memory of a device in use and its total, in bytes; null if the runtime reports none.</summary>
    public static (long Used, long Total)? ReadMemory(int device)
    {
        var name = (OperatingSystem.IsWindows() ? WindowsLibraries : LinuxLibraries)[1].Name;
        if (Problem is not null || !NativeLibrary.TryLoad(name, out var runtime)
            || !NativeLibrary.TryGetExport(runtime, "cudaSetDevice", out var set) || !NativeLibrary.TryGetExport(runtime, "cudaMemGetInfo", out var get))
        {
            return null;
        }

        nuint free = 0, total = 0;
        return ((delegate* unmanaged<int, int>)set)(device) == 0 && ((delegate* unmanaged<nuint*, nuint*, int>)get)(&free, &total) == 0
            ? ((long)(total - free), (long)total)
            : null;
    }

    private static string? Find()
    {
        var missing = (OperatingSystem.IsWindows() ? WindowsLibraries : LinuxLibraries).Where(static library => !NativeLibrary.TryLoad(library.Name, out _)).ToList();
        return missing.Count > 0
            ? $"missing {(missing.Count == 1 ? "is" : "are")} {string.Join(", ", missing.Select(static library => $"{library.Name} of {library.PartOf}"))}"
            : AskDriver();
    }

    private static string? AskDriver()
    {
        var driver = NativeLibrary.Load(OperatingSystem.IsWindows() ? WindowsLibraries[0].Name : LinuxLibraries[0].Name);
        var code = ((delegate* unmanaged<uint, int>)NativeLibrary.GetExport(driver, "cuInit"))(0);
        return code switch
        {
            0 => null,
            NoDevice => "the NVIDIA driver finds no device",
            _ => $"the NVIDIA driver can't start (cuInit returned {code})",
        };
    }
}
