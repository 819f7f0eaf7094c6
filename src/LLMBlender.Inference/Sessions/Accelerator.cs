namespace LLMBlender.Inference.Sessions;

/// <summary>The device for computation: the CPU, or one CUDA device.</summary>
public sealed record Accelerator
{
    private const string CudaProvider = "CUDAExecutionProvider";

    private Accelerator(int? device) => CudaDevice = device;

    /// <summary>The CPU.</summary>
    public static Accelerator Cpu { get; } = new((int?)null);

    /// <summary>The CUDA device's number; null for the CPU.</summary>
    public int? CudaDevice { get; }

    /// <summary>
    /// The default number of tokens in a batch, including padding: on the CPU a batch's attention scores should fit into the caches, and a
    /// GPU needs large batches for full utilisation.
    /// </summary>
    internal int UsualBatchTokens => CudaDevice is null ? 2048 : 16384;

    /// <summary>Whether this build of ONNX Runtime can use CUDA devices.</summary>
    public static bool HasCuda => OnnxRuntimeHost.Environment.GetAvailableProviders().Contains(CudaProvider);

    /// <summary>
    /// Parses <c>cpu</c>, <c>cuda</c>, <c>cuda:N</c>, or <c>auto</c>: the first CUDA device if this build has CUDA, otherwise the CPU.
    /// </summary>
    /// <exception cref="ArgumentException">The name is invalid, or CUDA in a build without it.</exception>
    public static Accelerator Parse(string name)
    {
        if (name is "cpu" || (name is "auto" && !HasCuda))
        {
            return Cpu;
        }

        var device = 0;
        if (name is not ("auto" or "cuda")
            && !(name.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(name.AsSpan(5), out device) && device >= 0))
        {
            throw new ArgumentException($"device \"{name}\" is unknown: it must be auto, cpu, cuda or cuda:N", nameof(name));
        }

        return HasCuda
            ? new Accelerator(device)
            : throw new ArgumentException(
                $"device \"{name}\" needs ONNX Runtime's CUDA provider, and this is the CPU build: build with -p:LLMBlenderFlavour=cuda",
                nameof(name));
    }

    /// <inheritdoc/>
    public override string ToString() => CudaDevice is { } device ? $"cuda:{device}" : "cpu";
}
