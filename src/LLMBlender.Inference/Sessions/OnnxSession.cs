using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace LLMBlender.Inference.Sessions;

/// <summary>One graph loaded into ONNX Runtime on one device. Runs may be concurrent.</summary>
internal sealed class OnnxSession : IDisposable
{
    private readonly InferenceSession session;
    private readonly OrtAllocator? pinned;
    private readonly bool isProcessor;

    /// <param name="graph">The graph's file, in the same folder as its weights.</param>
    /// <param name="accelerator">The device.</param>
    /// <param name="threads">The number of threads of one run on the CPU.</param>
    /// <param name="isHalf">Whether the graph's weights are half.</param>
    /// <exception cref="ModelException">ONNX Runtime rejects the graph.</exception>
    public OnnxSession(string graph, Accelerator accelerator, int threads, bool isHalf = false)
    {
        _ = OnnxRuntimeHost.Environment;
        using var options = Options(accelerator, threads, isHalf);
        try
        {
            session = new InferenceSession(graph, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelException(graph, $"ONNX Runtime can't load it on {accelerator}: {e.Message}", e);
        }

        isProcessor = accelerator.CudaDevice is null;
        pinned = accelerator.CudaDevice is { } device ? Pinned(session, device) : null;
    }

    /// <summary>Whether the run that is about to start gives back memory; see <see cref="OnnxRuntimeHost.IsTurnToShrink"/>. Those on a CUDA device do not.</summary>
    public bool IsTurnToShrink() => isProcessor && OnnxRuntimeHost.IsTurnToShrink();

    /// <summary>The names of the graph's inputs.</summary>
    public IReadOnlyList<string> InputNames => session.InputNames;

    /// <summary>The declared shape of an input.</summary>
    public TensorPattern ShapeOfInput(string input) => TensorPattern.Of(session.InputMetadata[input])
        ?? throw new InvalidOperationException($"input {input} has dimensions other than batch, length and numbers");

    /// <summary>The type of an input's elements.</summary>
    public TensorElementType ElementsOfInput(string input) => session.InputMetadata[input].ElementDataType;

    /// <summary>The declared shape of an output; null if it does not follow from rows and length.</summary>
    public TensorPattern? ShapeOfOutput(string output) => TensorPattern.Of(session.OutputMetadata[output]);

    /// <summary>Allocates memory of the machine for the device's inputs and outputs; it must be disposed before the session.</summary>
    public HostMemory AllocateHost(long bytes) => pinned is null ? HostMemory.OfProcessor(bytes) : HostMemory.OfAllocator(pinned, bytes);

    /// <summary>Whether the graph has an input of this name.</summary>
    public bool Takes(string input) => session.InputMetadata.ContainsKey(input);

    /// <summary>Whether the graph has an output of this name.</summary>
    public bool Gives(string output) => session.OutputMetadata.ContainsKey(output);

    /// <summary>The last dimension of an output, which must be a fixed one.</summary>
    public int WidthOf(string output) => session.OutputMetadata[output].Dimensions[^1];

    /// <summary>Runs the graph; the caller disposes the result.</summary>
    public IDisposableReadOnlyCollection<OrtValue> Run(
        IReadOnlyCollection<string> inputNames, IReadOnlyCollection<OrtValue> inputs, IReadOnlyCollection<string> outputNames)
    {
        using var options = IsTurnToShrink() ? OnnxRuntimeHost.ShrinkingOptions() : new RunOptions();
        return Run(inputNames, inputs, outputNames, options);
    }

    /// <inheritdoc cref="Run(IReadOnlyCollection{string}, IReadOnlyCollection{OrtValue}, IReadOnlyCollection{string})"/>
    public IDisposableReadOnlyCollection<OrtValue> Run(
        IReadOnlyCollection<string> inputNames,
        IReadOnlyCollection<OrtValue> inputs,
        IReadOnlyCollection<string> outputNames,
        RunOptions options) => session.Run(options, inputNames, inputs, outputNames);

    /// <summary>Creates a binding of inputs and outputs to the caller's memory, for repeated runs.</summary>
    public OrtIoBinding Bind() => session.CreateIoBinding();

    /// <summary>Runs the graph on a binding.</summary>
    /// <param name="binding">The binding of every input and output.</param>
    /// <param name="options">Allows another thread to terminate the run.</param>
    public void Run(OrtIoBinding binding, RunOptions options) => session.RunWithBinding(options, binding);

    /// <inheritdoc/>
    public void Dispose()
    {
        pinned?.Dispose();
        session.Dispose();
    }

    private static SessionOptions Options(Accelerator accelerator, int threads, bool isHalf)
    {
        var options = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };

        // Spinning threads would take CPU time from other work between two batches.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        if (accelerator.CudaDevice is { } device)
        {
            using var cuda = new OrtCUDAProviderOptions();
            cuda.UpdateOptions(CudaOptions.Of(device, accelerator.MemoryBytes, isHalf));
            options.AppendExecutionProvider_CUDA(cuda);
        }
        else
        {
            // The fused operator takes five times as long as a sum and a norm on a processor: 5 % of an int8 encoder's time. CUDA's is faster.
            options.AddSessionConfigEntry("optimization.disable_specified_optimizers", "SkipLayerNormFusion");
            options.AddSessionConfigEntry("session.use_env_allocators", "1");

            // Weights in the shared memory would stay there after the session.
            options.AddSessionConfigEntry("session.use_device_allocator_for_initializers", "1");
        }

        return options;
    }

    // Null where the provider has no allocator of this name: ordinary memory gives the same numbers, and copies are slower.
    private static OrtAllocator? Pinned(InferenceSession session, int device)
    {
        try
        {
            using var info = new OrtMemoryInfo("CudaPinned", OrtAllocatorType.DeviceAllocator, device, OrtMemType.CpuOutput);
            return new OrtAllocator(session, info);
        }
        catch (OnnxRuntimeException)
        {
            return null;
        }
    }
}
