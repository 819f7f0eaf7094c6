using System.Runtime.CompilerServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace LLMBlender.Inference.Sessions;

/// <summary>One input or output of a graph in memory of its own, which grows to the largest batch and is then reused. Not thread-safe.</summary>
/// <param name="name">Its name in the graph.</param>
/// <param name="pattern">Its shape.</param>
/// <param name="elements">Its elements' type: float, int or long.</param>
internal sealed unsafe class BoundTensor(string name, TensorPattern pattern, TensorElementType elements) : IDisposable
{
    private readonly int elementSize = elements == TensorElementType.Int64 ? sizeof(long) : sizeof(int);
    private HostMemory? memory;
    private (int Rows, int Length) shape;

    public string Name => name;

    /// <summary>Gives it the shape of a batch.</summary>
    /// <returns>Whether its memory is another one than before.</returns>
    public bool Shape(OnnxSession session, int rows, int length)
    {
        shape = (rows, length);
        var bytes = pattern.Count(rows, length) * elementSize;
        if (memory is { } enough && enough.Bytes >= bytes)
        {
            return false;
        }

        // Doubled, so that batches that grow slowly do not each get new memory.
        bytes = Math.Max(bytes, 2 * (memory?.Bytes ?? 0));
        memory?.Dispose();
        memory = session.AllocateHost(bytes);
        return true;
    }

    /// <summary>The elements, row-major.</summary>
    public Span<T> Elements<T>()
        where T : unmanaged =>
        Unsafe.SizeOf<T>() == elementSize
            ? new Span<T>((void*)memory!.Pointer, (int)pattern.Count(shape.Rows, shape.Length))
            : throw new ArgumentException($"{name} has elements of {elementSize} bytes, and {typeof(T)} has {Unsafe.SizeOf<T>()}");

    /// <summary>A tensor over the memory; the caller disposes it.</summary>
    public OrtValue ToValue() => OrtValue.CreateTensorValueWithData(
        memory!.Info, elements, pattern.Of(shape.Rows, shape.Length), memory.Pointer, pattern.Count(shape.Rows, shape.Length) * elementSize);

    /// <inheritdoc/>
    public void Dispose() => memory?.Dispose();
}
