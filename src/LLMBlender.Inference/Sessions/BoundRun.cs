using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace LLMBlender.Inference.Sessions;

/// <summary>
/// A graph's inputs and one output in memory that runs reuse: the caller writes inputs where ONNX Runtime reads them, and the graph writes its
/// output where the caller reads it. Nothing is copied or allocated for a batch whose shape was used before. Not thread-safe.
/// </summary>
internal sealed class BoundRun : IDisposable
{
    // More than an accelerator's buckets need.
    private const int UsualMostShapes = 1024;

    private readonly OnnxSession session;
    private readonly RunOptions options = new();
    private readonly RunOptions shrinking = OnnxRuntimeHost.ShrinkingOptions();
    private readonly BoundTensor[] inputs;
    private readonly BoundTensor output;
    private readonly Dictionary<(int Rows, int Length), Binding> bindings = [];
    private readonly int mostShapes;
    private (int Rows, int Length) shape;

    /// <param name="session">The session; it outlives the run.</param>
    /// <param name="outputName">The output, float, whose shape follows from rows and length.</param>
    /// <param name="mostShapes">The maximum number of shapes whose bindings are kept.</param>
    public BoundRun(OnnxSession session, string outputName, int mostShapes = UsualMostShapes)
    {
        (this.session, this.mostShapes) = (session, mostShapes);
        inputs = [.. session.InputNames.Select(name => new BoundTensor(name, session.ShapeOfInput(name), session.ElementsOfInput(name)))];
        output = new BoundTensor(
            outputName,
            session.ShapeOfOutput(outputName) ?? throw new ArgumentException($"the shape of output {outputName} does not follow from rows and length", nameof(outputName)),
            TensorElementType.Float);
    }

    /// <summary>How many bindings have been made; a batch of a known shape makes none.</summary>
    public int BindingsMade { get; private set; }

    /// <summary>The output of the last run; valid until the next batch.</summary>
    public ReadOnlySpan<float> Output => output.Elements<float>();

    /// <summary>Begins a batch. The inputs' content is that of an earlier batch.</summary>
    public void Begin(int rows, int length)
    {
        shape = (rows, length);
        var isMoved = output.Shape(session, rows, length);
        foreach (var input in inputs)
        {
            isMoved |= input.Shape(session, rows, length);
        }

        if (isMoved || bindings.Count >= mostShapes)
        {
            Forget();
        }
    }

    /// <summary>An input of the batch, row-major; empty if the graph has none of this name.</summary>
    public Span<T> Input<T>(string name)
        where T : unmanaged
    {
        foreach (var input in inputs)
        {
            if (input.Name == name)
            {
                return input.Elements<T>();
            }
        }

        return [];
    }

    /// <summary>Runs the graph on the batch.</summary>
    public void Run()
    {
        if (!bindings.TryGetValue(shape, out var binding))
        {
            bindings[shape] = binding = new Binding(session, inputs, output);
            BindingsMade++;
        }

        session.Run(binding.Values, session.IsTurnToShrink() ? shrinking : options);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Forget();
        options.Dispose();
        shrinking.Dispose();
        output.Dispose();
        foreach (var input in inputs)
        {
            input.Dispose();
        }
    }

    private void Forget()
    {
        foreach (var binding in bindings.Values)
        {
            binding.Dispose();
        }

        bindings.Clear();
    }

    private sealed class Binding : IDisposable
    {
        private readonly List<OrtValue> tensors = [];

        public Binding(OnnxSession session, BoundTensor[] inputs, BoundTensor output)
        {
            Values = session.Bind();
            foreach (var input in inputs)
            {
                tensors.Add(input.ToValue());
                Values.BindInput(input.Name, tensors[^1]);
            }

            tensors.Add(output.ToValue());
            Values.BindOutput(output.Name, tensors[^1]);
        }

        public OrtIoBinding Values { get; }

        public void Dispose()
        {
            Values.Dispose();
            tensors.ForEach(static tensor => tensor.Dispose());
        }
    }
}
