using DataType = LLMBlender.Inference.Onnx.Wire.TensorProto.Types.DataType;

namespace LLMBlender.Inference.Onnx.T5;

/// <summary>T5's decoder for the next tokens of several rows. Rows of one prompt are adjacent, and share its encoder states.</summary>
/// <remarks>
/// Inputs: <c>input_ids</c> int32 [rows, new]; <c>position</c> int64 [1], of the first new token; <c>slots</c> int64 [rows, heads, new, 3],
/// the cache position of each new key (row, head, position); the encoder graph's <c>cross_…</c> outputs; and for each layer i
/// <c>past_key_i</c>, <c>past_value_i</c>, single [rows, heads, capacity, head size]. Outputs: <c>logits</c>, single [rows, new,
/// vocabulary], and <c>present_key_i</c>, <c>present_value_i</c>: the past with the new keys in their slots. If bound to the memory of the
/// past, they are written in place without copying; values after the last new token are not read, but must be finite.
/// </remarks>
internal sealed class T5DecoderGraph
{
    public const string Logits = "logits";

    /// <summary>The value that masked scores are set to, or that is added to them: 0 after softmax.</summary>
    public const double Masked = -1e30;

    private static readonly long[] HeadsFirst = [0, 2, 1, 3];

    private readonly T5Config config;
    private readonly OnnxGraph graph;
    private readonly T5Layers layers;
    private readonly string prompts;
    private readonly string rowsHeads;
    private readonly string promptsHeads;

    private T5DecoderGraph(T5Config config, Precision precision, IWeights weights)
    {
        this.config = config;
        graph = new OnnxGraph(weights);
        layers = new T5Layers(config, graph, precision);
        graph.Input("input_ids", DataType.Int32, "rows", "new");
        graph.Input("position", DataType.Int64, 1);
        graph.Input("slots", DataType.Int64, "rows", config.Heads, "new", 3);
        graph.Input(T5EncoderGraph.CrossMask, DataType.Float, "prompts", 1, 1, "source");
        for (var i = 0; i < config.DecoderLayers; i++)
        {
            graph.Input(T5EncoderGraph.CrossKey(i), DataType.Float, "prompts", config.Heads, "source", config.HeadSize);
            graph.Input(T5EncoderGraph.CrossValue(i), DataType.Float, "prompts", config.Heads, "source", config.HeadSize);
            graph.Input(PastKey(i), DataType.Float, Cache);
            graph.Input(PastValue(i), DataType.Float, Cache);
        }

        var heads = graph.Integers(config.Heads, config.HeadSize);
        prompts = graph.Op("Slice", [graph.Op("Shape", [T5EncoderGraph.CrossMask]), graph.Integers(0), graph.Integers(1)]);
        rowsHeads = graph.Op("Concat", [graph.Op("Shape", ["input_ids"]), heads], ("axis", 0));
        promptsHeads = graph.Op("Concat", [prompts, graph.Integers(-1), heads], ("axis", 0));
    }

    private object[] Cache => ["rows", config.Heads, "capacity", config.HeadSize];

    public static string PastKey(int layer) => $"past_key_{layer}";

    public static string PastValue(int layer) => $"past_value_{layer}";

    public static string PresentKey(int layer) => $"present_key_{layer}";

    public static string PresentValue(int layer) => $"present_value_{layer}";

    /// <summary>The graph in ONNX's wire format.</summary>
    public static byte[] Build(T5Config config, Precision precision, IWeights weights) =>
        new T5DecoderGraph(config, precision, weights).Build();

    private byte[] Build()
    {
        var bias = RelativeBias();
        var x = layers.Embed("input_ids");
        for (var i = 0; i < config.DecoderLayers; i++)
        {
            var block = $"decoder.block.{i}.layer.";
            x = AttendBack(i, x, block + "0.", bias);
            x = AttendSource(i, x, block + "1.");
            x = layers.FeedForward(x, block + "2.");
        }

        var logits = layers.Head(layers.Norm(x, "decoder.final_layer_norm"));
        var shape = graph.Op("Concat", [graph.Op("Shape", ["input_ids"]), graph.Integers(config.VocabularySize)], ("axis", 0));
        graph.OutputOf(Logits, DataType.Float, ["rows", "new", config.VocabularySize], "Reshape", [logits, shape]);
        return graph.Serialize();
    }

    // [heads, new, capacity]; positions after a token are masked.
    private string RelativeBias()
    {
        var table = T5Buckets.Decoder(config.Buckets, config.MaxDistance);
        var zero = graph.Scalar(DataType.Int64, 0);
        string Range(string tensor, int dimension)
        {
            var count = graph.Op("Slice", [graph.Op("Shape", [tensor]), graph.Integers(dimension), graph.Integers(dimension + 1)]);
            return graph.Op("Range", [zero, graph.Op("Squeeze", [count]), graph.Scalar(DataType.Int64, 1)]);
        }

        var queries = graph.Op("Unsqueeze", [graph.Op("Add", [Range("input_ids", 1), "position"]), graph.Integers(1)]);
        var distance = graph.Op("Sub", [queries, Range(PastKey(0), 2)]);
        var row = graph.Op("Clip", [distance, zero, graph.Scalar(DataType.Int64, table.Length - 1)]);
        var bias = layers.Bias("decoder", graph.Op("Gather", [graph.Integers32(table), row], ("axis", 0)));
        return graph.Op("Where", [graph.Op("Less", [distance, zero]), graph.Scalar(DataType.Float, Masked), bias]);
    }

    private string AttendBack(int index, string x, string layer, string bias)
    {
        var name = layer + "SelfAttention.";
        var input = layers.Prepare(layers.Norm(x, layer + "layer_norm"));
        string Heads(string projection) => graph.Op("Transpose", [
            graph.Op("Reshape", [layers.Single(layers.Project(input, name + projection)), rowsHeads])], ("perm", HeadsFirst));

        var keys = graph.OutputOf(PresentKey(index), DataType.Float, Cache, "ScatterND", [PastKey(index), "slots", Heads("k")]);
        var values = graph.OutputOf(PresentValue(index), DataType.Float, Cache, "ScatterND", [PastValue(index), "slots", Heads("v")]);
        return layers.AddProjected(x, layers.Narrow(Context(Heads("q"), keys, values, bias)), name + "o");
    }

    private string AttendSource(int index, string x, string layer)
    {
        var name = layer + "EncDecAttention.";
        var projected = layers.Single(layers.Project(layers.Prepare(layers.Norm(x, layer + "layer_norm")), name + "q"));
        var queries = graph.Op("Transpose", [graph.Op("Reshape", [projected, promptsHeads])], ("perm", HeadsFirst));
        var context = Context(queries, T5EncoderGraph.CrossKey(index), T5EncoderGraph.CrossValue(index), T5EncoderGraph.CrossMask);
        return layers.AddProjected(x, layers.Narrow(context), name + "o");
    }

    // T5 was trained without the usual scale of 1/√d.
    private string Context(string queries, string keys, string values, string bias)
    {
        var scores = graph.Contrib("FusedMatMul", [queries, keys], ("transB", 1));
        var shares = graph.Op("Softmax", [graph.Op("Add", [scores, bias])], ("axis", -1));
        var context = graph.Op("Transpose", [graph.Op("MatMul", [shares, values])], ("perm", HeadsFirst));
        return graph.Op("Reshape", [context, graph.Integers(-1, config.AttentionWidth)]);
    }
}
