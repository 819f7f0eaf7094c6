using DataType = LLMBlender.Inference.Onnx.Wire.TensorProto.Types.DataType;

namespace LLMBlender.Inference.Onnx.Encoders;

/// <summary>
/// An encoder without a head; its inputs are those of <see cref="IEncoderLayers"/>. Outputs, float [batch, length, hidden]:
/// <c>last_hidden_state</c>, and <c>hidden_state_i</c> of the embedding (0) and each layer (from 1); masked rows are undefined.
/// </summary>
internal static class EncoderGraph
{
    public const string States = "last_hidden_state";

    public static string StatesOf(int layer) => $"hidden_state_{layer}";

    public static byte[] Build(EncoderFamily family, Precision precision, IWeights weights)
    {
        var graph = new OnnxGraph(weights);
        var all = family.Begin(graph, new DenseLayers(precision)).EncodeAll();
        var shape = graph.Op("Concat", [graph.Op("Shape", ["input_ids"]), graph.Integers(family.Hidden)], ("axis", 0));
        void Output(string name, string states)
        {
            var output = graph.Op("Reshape", [states, shape]);
            graph.Output(name, output, DataType.Float, "batch", "length", family.Hidden);
        }

        Output(States, all[^1]);
        for (var i = 0; i < all.Count; i++)
        {
            Output(StatesOf(i), all[i]);
        }

        return graph.Serialize();
    }
}
