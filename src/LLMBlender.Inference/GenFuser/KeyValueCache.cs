using LLMBlender.Inference.Onnx.T5;
using Microsoft.ML.OnnxRuntime;

namespace LLMBlender.Inference.GenFuser;

/// <summary>
/// The decoder's self-attention keys and values, [rows, heads, capacity, head size] for each layer. The graph reads and writes this memory
/// in place, one new key at a time; it is copied only when it grows, by doubling, and row by row if two beams continue from one.
/// </summary>
internal sealed class KeyValueCache : IDisposable
{
    private readonly int rows;
    private readonly int heads;
    private readonly int headSize;
    private readonly float[][] tensors;
    private readonly OrtValue?[] values;

    /// <param name="config">Specifies layers, heads and head size.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="capacity">The initial number of tokens per row.</param>
    public KeyValueCache(T5Config config, int rows, int capacity)
    {
        (this.rows, heads, headSize, Capacity) = (rows, config.Heads, config.HeadSize, capacity);
        tensors = new float[2 * config.DecoderLayers][];
        values = new OrtValue?[tensors.Length];
        Grow(0, capacity);
    }

    /// <summary>The number of tokens per row that it can hold.</summary>
    public int Capacity { get; private set; }

    /// <summary>Binds the memory as both the past and the present of the graph.</summary>
    public void BindTo(OrtIoBinding binding)
    {
        for (var layer = 0; layer < values.Length / 2; layer++)
        {
            binding.BindInput(T5DecoderGraph.PastKey(layer), values[2 * layer]!);
            binding.BindInput(T5DecoderGraph.PastValue(layer), values[2 * layer + 1]!);
            binding.BindOutput(T5DecoderGraph.PresentKey(layer), values[2 * layer]!);
            binding.BindOutput(T5DecoderGraph.PresentValue(layer), values[2 * layer + 1]!);
        }
    }

    /// <summary>Increases the capacity and keeps the first <paramref name="length"/> tokens of every row.</summary>
    public void Grow(int length, int capacity)
    {
        for (var i = 0; i < tensors.Length; i++)
        {
            // Zeroed: masked values are multiplied by 0, and must be finite.
            var grown = GC.AllocateArray<float>(checked(rows * heads * capacity * headSize), pinned: true);
            for (var head = 0; length > 0 && head < rows * heads; head++)
            {
                tensors[i].AsSpan(head * Capacity * headSize, length * headSize).CopyTo(grown.AsSpan(head * capacity * headSize));
            }

            tensors[i] = grown;
            values[i]?.Dispose();
            values[i] = OrtValue.CreateTensorValueFromMemory(grown, [rows, heads, capacity, headSize]);
        }

        Capacity = capacity;
    }

    /// <summary>Copies the first <paramref name="length"/> tokens of a row to another.</summary>
    public void CopyRow(int from, int to, int length)
    {
        var (rowSize, headStride) = (heads * Capacity * headSize, Capacity * headSize);
        foreach (var tensor in tensors)
        {
            for (var head = 0; head < heads; head++)
            {
                tensor.AsSpan(from * rowSize + head * headStride, length * headSize)
                    .CopyTo(tensor.AsSpan(to * rowSize + head * headStride));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var value in values)
        {
            value?.Dispose();
        }
    }
}
