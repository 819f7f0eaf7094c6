using DataType = LLMBlender.Inference.Onnx.Wire.TensorProto.Types.DataType;

namespace LLMBlender.Inference.Onnx.Encoders;

/// <summary>
/// An encoder with a head over one state per row. Inputs: those of <see cref="IEncoderLayers"/>, and <c>positions</c> int64 [batch, 1], the
/// position of that state; a classifier that takes the mean of all states has no <c>positions</c>.
/// </summary>
internal static class PooledGraph
{
    public const string Positions = "positions";
    public const string Targets = "targets";
    public const string Result = "result";
    public const string Features = "features";

    /// <summary>
    /// A classifier: <c>result</c> is float [batch, labels]. <c>features</c>, float [batch, width], is what the labels' logits are linear in; a
    /// run that does not ask for it does not pay for it.
    /// </summary>
    public static byte[] Classifier(EncoderFamily family, Precision precision, IWeights weights, int labels)
    {
        var classifier = family.Classifier;
        var (graph, states) = classifier.PoolsMean ? BeginMean(family, precision, weights) : Begin(family, precision, weights);
        var head = new DenseLayers(Precision.Float32);
        var inner = graph.Op(classifier.Activation, [head.Apply(graph, states, classifier.In, classifier.HasInnerBias)]);
        if (classifier.Norm is { } norm)
        {
            inner = Norm(graph, family, inner, norm, classifier.HasNormBias);
        }

        graph.Output(Result, head.Apply(graph, inner, classifier.Out), DataType.Float, "batch", labels);
        graph.Output(Features, inner, DataType.Float, "batch", "width");
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
        var masked = family.Masked;
        var inner = graph.Op("Gelu", [head.Apply(graph, states, masked.Dense, masked.HasDenseBias)]);
        var normed = Norm(graph, family, inner, masked.Norm, masked.HasNormBias);
        var narrow = precision == Precision.Float16 ? graph.Op("Cast", [normed], ("to", (int)DataType.Float16)) : normed;
        var words = precision.StoresBytes() ? MaskedHead.Decoder : family.Words;
        var logits = Single(graph, precision, decoder.Apply(graph, narrow, words, bias: false));
        logits = masked.Bias is { } bias ? graph.Op("Add", [logits, graph.Weight(bias)]) : logits;
        var chosen = graph.Op("GatherElements", [graph.Op("LogSoftmax", [logits], ("axis", -1)), targets], ("axis", 1));
        graph.Output(Result, chosen, DataType.Float, "batch", 1);
        return graph.Serialize();
    }

    private static (OnnxGraph Graph, string States) Begin(EncoderFamily family, Precision precision, IWeights weights)
    {
        var graph = new OnnxGraph(weights);
        var layers = family.Begin(graph, new DenseLayers(precision));
        return (graph, layers.EncodeAt(graph.Input(Positions, DataType.Int64, "batch", 1)));
    }

    // The mean of the states of all tokens that are not padding.
    private static (OnnxGraph Graph, string States) BeginMean(EncoderFamily family, Precision precision, IWeights weights)
    {
        var graph = new OnnxGraph(weights);
        var layers = family.Begin(graph, new DenseLayers(precision));
        var shape = graph.Op("Concat", [graph.Op("Shape", ["input_ids"]), graph.Integers(family.Hidden)], ("axis", 0));
        var states = graph.Op("Reshape", [layers.EncodeAll()[^1], shape]);
        var weight = graph.Op("Unsqueeze", [graph.Op("Cast", ["attention_mask"], ("to", (int)DataType.Float)), graph.Integers(2)]);
        var sum = graph.Op("ReduceSum", [graph.Op("Mul", [states, weight]), graph.Integers(1)], ("keepdims", 0));
        return (graph, graph.Op("Div", [sum, graph.Op("ReduceSum", [weight, graph.Integers(1)], ("keepdims", 0))]));
    }

    private static string Norm(OnnxGraph graph, EncoderFamily family, string x, string name, bool hasBias) => graph.Op(
        "LayerNormalization",
        hasBias ? [x, graph.Weight(name + ".weight"), graph.Weight(name + ".bias")] : [x, graph.Weight(name + ".weight")],
        ("axis", -1),
        ("epsilon", family.LayerNormEpsilon));

    private static string Single(OnnxGraph graph, Precision precision, string x) =>
        precision == Precision.Float16 ? graph.Op("Cast", [x], ("to", (int)DataType.Float)) : x;
}
