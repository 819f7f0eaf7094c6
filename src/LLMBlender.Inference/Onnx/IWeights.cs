using DataType = LLMBlender.Inference.Onnx.Wire.TensorProto.Types.DataType;

namespace LLMBlender.Inference.Onnx;

/// <summary>Where each weight of a graph lies: a stretch of a file beside the graph.</summary>
internal interface IWeights
{
    /// <summary>The weight's file name, byte offset and length in it, element type, and shape (row-major).</summary>
    (string File, long Offset, long Length, DataType Type, long[] Shape) Locate(string name);
}
