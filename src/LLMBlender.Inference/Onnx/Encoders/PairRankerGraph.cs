using DataType = LLMBlender.Inference.Onnx.Wire.TensorProto.Types.DataType;

namespace LLMBlender.Inference.Onnx.Encoders;

/// <summary>
/// The PairRanker: the encoder, and a head over its last hidden states h_s, h_1, h_2 at the three marker tokens: f(x) = W₂·tanh(W₁·x + b₁)
/// + b₂; logit = mean over tasks of f([h_s;h_1]) − f([h_s;h_2]). Source: LLM-Blender, <c>pair_ranker/ranker.py</c>, and its
/// <c>DebertaV2PairRM</c>. Every token has type 0, as the reference specifies none.
/// </summary>
internal static class PairRankerGraph
{
    /// <summary>The prefix of the encoder's tensor names in both published layouts.</summary>
    public const string EncoderPrefix = "pretrained_model.";

    /// <summary>The head's two dense layers; 0, 2 and 3 are dropout, tanh and dropout.</summary>
    public const string HeadIn = "head_layer.1";

    /// <inheritdoc cref="HeadIn"/>
    public const string HeadOut = "head_layer.4";

    /// <summary>The head's tensors: [h_s;h_c] → hidden → tasks.</summary>
    public static IEnumerable<TensorSpec> TensorsOfHead(int hidden, int tasks) =>
    [
        .. TensorSpec.Layer(HeadIn, hidden, 2L * hidden, TensorUse.Head),
        .. TensorSpec.Layer(HeadOut, tasks, hidden, TensorUse.Head),
    ];

    /// <summary>
    /// Inputs: <c>input_ids</c>, <c>attention_mask</c> int32 [batch, length]; <c>markers</c> int64 [batch, 3], the
    /// positions of source, first and second candidate marker. Output: <c>logits</c> float [batch].
    /// </summary>
    public static byte[] Build(EncoderFamily family, Precision precision, IWeights weights)
    {
        var graph = new OnnxGraph(weights);
        var encoder = family.Begin(graph, new DenseLayers(precision), isOneType: true);
        var markers = graph.Input("markers", DataType.Int64, "batch", 3);
        var states = encoder.EncodeAt(markers);
        // [batch·3, hidden] → for each pair, the rows [h_s; h_1] and [h_s; h_2].
        var triples = graph.Op("Reshape", [states, graph.Integers(-1, 3, family.Hidden)]);
        var sources = graph.Op("Gather", [triples, graph.Integers(0, 0)], ("axis", 1));
        var candidates = graph.Op("Gather", [triples, graph.Integers(1, 2)], ("axis", 1));
        var pairs = graph.Op("Concat", [sources, candidates], ("axis", 2));
        var head = new DenseLayers(Precision.Float32);
        var inner = head.Apply(graph, graph.Op("Reshape", [pairs, graph.Integers(-1, 2 * family.Hidden)]), HeadIn);
        var scores = head.Apply(graph, graph.Op("Tanh", [inner]), HeadOut);
        var tasks = graph.Op("ReduceMean", [scores, graph.Integers(1)], ("keepdims", 0));
        var two = graph.Op("Reshape", [tasks, graph.Integers(-1, 2)]);
        var first = graph.Op("Gather", [two, graph.Scalar(DataType.Int64, 0)], ("axis", 1));
        var second = graph.Op("Gather", [two, graph.Scalar(DataType.Int64, 1)], ("axis", 1));
        graph.Output("logits", graph.Op("Sub", [first, second]), DataType.Float, "batch");
        return graph.Serialize();
    }
}
