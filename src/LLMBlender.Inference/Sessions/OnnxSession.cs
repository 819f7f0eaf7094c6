using Microsoft.ML.OnnxRuntime;

namespace LLMBlender.Inference.Sessions;

/// <summary>One graph loaded into ONNX Runtime on one device. Runs may be concurrent.</summary>
internal sealed class OnnxSession : IDisposable
{
    private readonly InferenceSession session;

    /// <param name="graph">The graph's file, in the same folder as its weights.</param>
    /// <param name="accelerator">The device.</param>
    /// <param name="threads">The number of threads of one run on the CPU.</param>
    /// <exception cref="ModelException">ONNX Runtime rejects the graph.</exception>
    public OnnxSession(string graph, Accelerator accelerator, int threads)
    {
        _ = OnnxRuntimeHost.Environment;
        using var options = Options(accelerator, threads);
        try
        {
            session = new InferenceSession(graph, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelException(graph, $"ONNX Runtime can't load it on {accelerator}: {e.Message}", e);
        }
    }

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
        using var options = new RunOptions();
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
    public void Dispose() => session.Dispose();

    private static SessionOptions Options(Accelerator accelerator, int threads)
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
            options.AppendExecutionProvider_CUDA(device);
        }

        return options;
    }
}
