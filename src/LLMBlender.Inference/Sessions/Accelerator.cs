namespace LLMBlender.Inference.Sessions;

/// <summary>The device for computation: the CPU, or one CUDA device.</summary>
public sealed record Accelerator
{
    /// <summary>The name of the first CUDA device if there is one, otherwise of the CPU.</summary>
    public const string Auto = "auto";

    private const string CudaProvider = "CUDAExecutionProvider";

    private Accelerator(int? device) => CudaDevice = device;

    /// <summary>The CPU.</summary>
    public static Accelerator Cpu { get; } = new((int?)null);

    /// <summary>The CUDA device's number; null for the CPU.</summary>
    public int? CudaDevice { get; }

    /// <summary>The most memory of a CUDA device that each model takes, in bytes; null for no limit.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Memory of the device in use, by all processes, and its total, in bytes; null if the driver reports none.</summary>
    /// <remarks>Of the CPU: the working set of this process, and what its container or machine has.</remarks>
    public (long Used, long Total)? ReadMemory() => CudaDevice is { } device
        ? CudaRuntime.ReadMemory(device)
        : (Environment.WorkingSet, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    /// <summary>
    /// The default number of tokens in a batch, including padding: on the CPU a batch's attention scores should fit into the caches, and a
    /// GPU needs large batches for full utilisation.
    /// </summary>
    internal int UsualBatchTokens => CudaDevice is null ? 2048 : 16384;

    /// <summary>Whether this build of ONNX Runtime can use CUDA devices.</summary>
    public static bool HasCuda => OnnxRuntimeHost.Environment.GetAvailableProviders().Contains(CudaProvider);

    /// <summary>
    /// Why a build that can use CUDA devices can't use one on this machine, such as the missing libraries; null if it can, or if the build
    /// has no CUDA.
    /// </summary>
    public static string? CudaProblem => HasCuda ? CudaRuntime.Problem : null;

    /// <summary>
    /// Parses <c>cpu</c>, <c>cuda</c>, <c>cuda:N</c>, or <c>auto</c>: the first CUDA device if this build and this machine have CUDA,
    /// otherwise the CPU.
    /// </summary>
    /// <exception cref="ArgumentException">The name is invalid, or CUDA in a build without it.</exception>
    /// <exception cref="ModelException">The machine lacks what CUDA needs; the message names it.</exception>
    public static Accelerator Parse(string name)
    {
        if (name is "cpu" || (name is Auto && (!HasCuda || CudaProblem is not null)))
        {
            return Cpu;
        }

        var device = 0;
        if (name is not (Auto or "cuda")
            && !(name.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(name.AsSpan(5), out device) && device >= 0))
        {
            throw new ArgumentException($"device \"{name}\" is unknown: it must be auto, cpu, cuda or cuda:N", nameof(name));
        }

        return HasCuda
            ? CudaProblem is { } problem ? throw new ModelException($"device {name}", $"can't be used: {problem}") : new Accelerator(device)
            : throw new ArgumentException(
                $"device \"{name}\" needs ONNX Runtime's CUDA provider, and this is the CPU build: build with -p:LLMBlenderFlavour=cuda",
                nameof(name));
    }

    /// <summary>The line that a build for CUDA writes where <see cref="Auto"/> is the CPU: it may take a hundred times as long.</summary>
    /// <param name="problem">Why no CUDA device can be used.</param>
    public static string Fallback(string problem) => $"the processor computes, for no CUDA device can be used: {problem}";

    /// <inheritdoc/>
    public override string ToString() => CudaDevice is { } device ? $"cuda:{device}" : "cpu";
}
