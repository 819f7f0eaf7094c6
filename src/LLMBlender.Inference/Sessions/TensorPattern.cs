using Microsoft.ML.OnnxRuntime;

namespace LLMBlender.Inference.Sessions;

/// <summary>A tensor's shape as a graph declares it: numbers, and the names <c>batch</c> and <c>length</c>.</summary>
internal sealed class TensorPattern
{
    private const long Batch = -1;
    private const long Length = -2;

    private readonly long[] dimensions;

    private TensorPattern(long[] dimensions) => this.dimensions = dimensions;

    /// <summary>The pattern of a declaration; null if a dimension has another name.</summary>
    public static TensorPattern? Of(NodeMetadata declared)
    {
        var dimensions = new long[declared.Dimensions.Length];
        for (var i = 0; i < dimensions.Length; i++)
        {
            dimensions[i] = (declared.Dimensions[i], declared.SymbolicDimensions[i]) switch
            {
                ( >= 0 and var number, _) => number,
                (_, "batch") => Batch,
                (_, "length") => Length,
                _ => 0,
            };
        }

        return dimensions.Contains(0) ? null : new TensorPattern(dimensions);
    }

    /// <summary>The shape of a batch.</summary>
    public long[] Of(int rows, int length) => Array.ConvertAll(dimensions, dimension => ValueOf(dimension, rows, length));

    /// <summary>The number of elements of a batch.</summary>
    public long Count(int rows, int length)
    {
        var count = 1L;
        foreach (var dimension in dimensions)
        {
            count *= ValueOf(dimension, rows, length);
        }

        return count;
    }

    private static long ValueOf(long dimension, int rows, int length) => dimension switch
    {
        Batch => rows,
        Length => length,
        _ => dimension,
    };
}
