using Microsoft.ML.OnnxRuntime;

namespace LLMBlender.Inference.Sessions;

/// <summary>The inputs of one run; inputs that the graph does not have are ignored.</summary>
internal sealed class InputSet(OnnxSession session, long[] shape) : IDisposable
{
    private readonly List<string> names = [];
    private readonly List<OrtValue> values = [];

    /// <summary>Adds an input with the set's shape, or another one.</summary>
    public void Add<T>(string name, T[] elements, long[]? ownShape = null)
        where T : unmanaged
    {
        if (session.Takes(name))
        {
            names.Add(name);
            values.Add(OrtValue.CreateTensorValueFromMemory(elements, ownShape ?? shape));
        }
    }

    /// <summary>Runs the graph; the caller disposes the result.</summary>
    public IDisposableReadOnlyCollection<OrtValue> Run(params string[] outputs) => session.Run(names, values, outputs);

    /// <inheritdoc/>
    public void Dispose() => values.ForEach(value => value.Dispose());
}
