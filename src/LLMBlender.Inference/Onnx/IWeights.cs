using DataType = LLMBlender.Inference.Onnx.Wire.TensorProto.Types.DataType;

namespace LLMBlender.Inference.Onnx;

/// <summary>Locates each weight of a graph in an external data file.</summary>
internal interface IWeights
{
    /// <summary>The weight's file name, byte offset and length in it, element type, and shape (row-major).</summary>
    (string File, long Offset, long Length, DataType Type, long[] Shape) Locate(string name);
}
