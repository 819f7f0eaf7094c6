using LLMBlender.Inference.Onnx.Bert;
using DataType = LLMBlender.Inference.Onnx.Wire.TensorProto.Types.DataType;

namespace LLMBlender.Inference.Onnx.Encoders;

/// <summary>
/// An encoder with a head at one position per row. Inputs: those of <see cref="IEncoderLayers"/>, and <c>positions</c> int64 [batch, 1].
/// </summary>
internal static class PooledGraph
{
    public const string Positions = "positions";
    public const string Targets = "targets";
    public const string Result = "result";

    /// <summary>A classifier: <c>result</c> is float [batch, labels].</summary>
    public static byte[] Classifier(EncoderFamily family, Precision precision, IWeights weights, int labels)
    {
        var (graph, states) = Begin(family, precision, weights);
        var head = new DenseLayers(Precision.Float32);
        var inner = graph.Op(family.Classifier.Activation, [head.Apply(graph, states, family.Classifier.In)]);
        graph.Output(Result, head.Apply(graph, inner, family.Classifier.Out), DataType.Float, "batch", labels);
        return graph.Serialize();
    }

    /// <summary>The hidden state: <c>result</c> is float [batch, hidden].</summary>
    public static byte[] Embedding(EncoderFamily family, Precision precision, IWeights weights)
    {
        var (graph, states) = Begin(family, precision, weights);
        graph.Output(Result, states, DataType.Float, "batch", family.Hidden);
        return graph.Serialize();
    }

    /// <summary>
    /// A masked language model: <c>result</c> is float [batch, 1], the log-probability of the token <c>targets</c>, int64
    /// [batch, 1], at the position.
    /// </summary>
    public static byte[] Masked(EncoderFamily family, Precision precision, IWeights weights)
    {
        var (graph, states) = Begin(family, precision, weights);
        var targets = graph.Input(Targets, DataType.Int64, "batch", 1);
        var (head, decoder) = (new DenseLayers(Precision.Float32), new DenseLayers(precision));
        var inner = graph.Op("Gelu", [head.Apply(graph, states, family.Masked.Dense)]);
        var normed = graph.Op(
            "LayerNormalization",
            [inner, graph.Weight(family.Masked.Norm + ".weight"), graph.Weight(family.Masked.Norm + ".bias")],
            ("axis", -1),
            ("epsilon", family.LayerNormEpsilon));
        var narrow = precision == Precision.Float16 ? graph.Op("Cast", [normed], ("to", (int)DataType.Float16)) : normed;
        var words = precision == Precision.Int8 ? MaskedHead.Decoder : family.Prefix + BertTensors.Words;
        var product = Single(graph, precision, decoder.Apply(graph, narrow, words, bias: false));
        var logits = graph.Op("Add", [product, graph.Weight(family.Masked.Bias)]);
        var chosen = graph.Op("GatherElements", [graph.Op("LogSoftmax", [logits], ("axis", -1)), targets], ("axis", 1));
        graph.Output(Result, chosen, DataType.Float, "batch", 1);
        return graph.Serialize();
    }

    private static (OnnxGraph Graph, string States) Begin(EncoderFamily family, Precision precision, IWeights weights)
    {
        var graph = new OnnxGraph(weights);
        var layers = family.Begin(graph, new DenseLayers(precision));
        return (graph, Single(graph, precision, layers.EncodeAt(graph.Input(Positions, DataType.Int64, "batch", 1))));
    }

    private static string Single(OnnxGraph graph, Precision precision, string x) =>
        precision == Precision.Float16 ? graph.Op("Cast", [x], ("to", (int)DataType.Float)) : x;
}
