namespace LLMBlender.Inference.Sessions;

/// <summary>What computes: the processor, or one CUDA device.</summary>
public sealed record Accelerator
{
    private const string CudaProvider = "CUDAExecutionProvider";

    private Accelerator(int? device) => CudaDevice = device;

    /// <summary>The processor.</summary>
    public static Accelerator Cpu { get; } = new((int?)null);

    /// <summary>The CUDA device's number; null for the processor.</summary>
    public int? CudaDevice { get; }

    /// <summary>
    /// Tokens of a batch that suit it, padding included: on the processor a batch's attention scores should stay in its caches,
    /// and a GPU wants to be filled.
    /// </summary>
    internal int UsualBatchTokens => CudaDevice is null ? 2048 : 16384;

    /// <summary>Whether this build of ONNX Runtime can use CUDA devices.</summary>
    public static bool HasCuda => OnnxRuntimeHost.Environment.GetAvailableProviders().Contains(CudaProvider);

    /// <summary>
    /// Reads <c>cpu</c>, <c>cuda</c>, <c>cuda:N</c>, or <c>auto</c>: the first CUDA device where this build has CUDA,
    /// else the processor.
    /// </summary>
    /// <exception cref="ArgumentException">None of these, or CUDA in a build without it.</exception>
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
