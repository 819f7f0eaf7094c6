using Microsoft.ML.OnnxRuntime;

namespace LLMBlender.Inference.Sessions;

/// <summary>The inputs of one run; those that the graph doesn't take are left out.</summary>
internal sealed class InputSet(OnnxSession session, long[] shape) : IDisposable
{
    private readonly List<string> names = [];
    private readonly List<OrtValue> values = [];

    /// <summary>Adds an input of the set's shape, or of its own.</summary>
    public void Add<T>(string name, T[] elements, long[]? ownShape = null)
        where T : unmanaged
    {
        if (session.Takes(name))
        {
            names.Add(name);
            values.Add(OrtValue.CreateTensorValueFromMemory(elements, ownShape ?? shape));
        }
    }

    /// <summary>Runs the graph; the caller disposes what comes back.</summary>
    public IDisposableReadOnlyCollection<OrtValue> Run(params string[] outputs) => session.Run(names, values, outputs);

    /// <inheritdoc/>
    public void Dispose() => values.ForEach(value => value.Dispose());
}
