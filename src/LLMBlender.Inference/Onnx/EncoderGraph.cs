using DataType = LLMBlender.Inference.Onnx.Wire.TensorProto.Types.DataType;

namespace LLMBlender.Inference.Onnx;

/// <summary>
/// An encoder by itself. Inputs: <c>input_ids</c>, <c>attention_mask</c> int32 [batch, length].
/// Output: <c>last_hidden_state</c> float [batch, length, hidden]; rows that the mask hides mean nothing.
/// </summary>
internal static class EncoderGraph
{
    public static byte[] Build(DebertaConfig config, Precision precision, IWeights weights, string prefix)
    {
        var graph = new OnnxGraph(weights);
        var states = new DebertaGraph(config, graph, new DenseLayers(precision), prefix).Encode();
        var shape = graph.Op("Concat", [graph.Op("Shape", ["input_ids"]), graph.Integers(config.Hidden)], ("axis", 0));
        var output = graph.Op("Reshape", [states, shape]);
        output = precision == Precision.Float16 ? graph.Op("Cast", [output], ("to", (int)DataType.Float)) : output;
        graph.Output("last_hidden_state", output, DataType.Float, "batch", "length", config.Hidden);
        return graph.Serialize();
    }
}
