using DataType = LLMBlender.Inference.Onnx.Wire.TensorProto.Types.DataType;

namespace LLMBlender.Inference.Onnx.T5;

/// <summary>
/// T5's encoder, and the decoder's cross-attention keys and values, which are the same for all decoding steps. Inputs: <c>input_ids</c>,
/// <c>attention_mask</c> int32 [batch, length]. Outputs, all single: <c>last_hidden_state</c> [batch, length, hidden]; for each decoder
/// layer i <c>cross_key_i</c> and <c>cross_value_i</c> [batch, heads, length, head size]; <c>cross_mask</c> [batch, 1, 1, length], to be
/// added to scores.
/// </summary>
internal sealed class T5EncoderGraph
{
    public const string States = "last_hidden_state";
    public const string CrossMask = "cross_mask";

    private readonly T5Config config;
    private readonly OnnxGraph graph;
    private readonly T5Layers layers;
    private readonly DenseLayers dense;
    private readonly string mask;
    private readonly string shape;

    private T5EncoderGraph(T5Config config, Precision precision, IWeights weights)
    {
        this.config = config;
        graph = new OnnxGraph(weights);
        layers = new T5Layers(config, graph, precision);
        dense = new DenseLayers(precision);
        graph.Input("input_ids", DataType.Int32, "batch", "length");
        mask = graph.Input("attention_mask", DataType.Int32, "batch", "length");
        shape = graph.Op("Shape", ["input_ids"]);
    }

    public static string CrossKey(int layer) => $"cross_key_{layer}";

    public static string CrossValue(int layer) => $"cross_value_{layer}";

    /// <summary>The graph in ONNX's wire format.</summary>
    public static byte[] Build(T5Config config, Precision precision, IWeights weights) =>
        new T5EncoderGraph(config, precision, weights).Build();

    private byte[] Build()
    {
        var bias = RelativeBias();
        var x = layers.Embed("input_ids");
        for (var i = 0; i < config.EncoderLayers; i++)
        {
            x = Attend(x, $"encoder.block.{i}.layer.0.", bias);
            x = layers.FeedForward(x, $"encoder.block.{i}.layer.1.");
        }

        var states = layers.Norm(x, "encoder.final_layer_norm");
        graph.Output(States, Shaped(states, config.Hidden), DataType.Float, "batch", "length", config.Hidden);
        var input = layers.Prepare(states);
        for (var i = 0; i < config.DecoderLayers; i++)
        {
            var name = $"decoder.block.{i}.layer.1.EncDecAttention.";
            Cross(CrossKey(i), layers.Project(input, name + "k"));
            Cross(CrossValue(i), layers.Project(input, name + "v"));
        }

        var hidden = graph.Op("Sub", [graph.Scalar(DataType.Float, 1), graph.Op("Cast", [mask], ("to", (int)DataType.Float))]);
        var added = graph.Op("Mul", [hidden, graph.Scalar(DataType.Float, T5DecoderGraph.Masked)]);
        graph.Output(CrossMask, graph.Op("Unsqueeze", [added, graph.Integers(1, 2)]), DataType.Float, "batch", 1, 1, "length");
        return graph.Serialize();
    }

    // All layers use the first layer's table: [1, heads, length, length].
    private string RelativeBias()
    {
        var table = T5Buckets.Encoder(config.Buckets, config.MaxDistance);
        long furthest = table.Length / 2;
        var length = graph.Op("Squeeze", [graph.Op("Slice", [shape, graph.Integers(1), graph.Integers(2)])]);
        var keys = graph.Op("Range", [graph.Scalar(DataType.Int64, 0), length, graph.Scalar(DataType.Int64, 1)]);
        var queries = graph.Op("Unsqueeze", [keys, graph.Integers(1)]);
        var distance = graph.Op("Clip", [
            graph.Op("Sub", [keys, queries]), graph.Scalar(DataType.Int64, -furthest), graph.Scalar(DataType.Int64, furthest)]);
        var row = graph.Op("Add", [distance, graph.Scalar(DataType.Int64, furthest)]);
        var buckets = graph.Op("Gather", [graph.Integers32(table), row], ("axis", 0));
        return layers.Narrow(graph.Op("Unsqueeze", [layers.Bias("encoder", buckets), graph.Integers(0)]));
    }

    private string Attend(string x, string layer, string bias)
    {
        var name = layer + "SelfAttention.";
        var input = layers.Prepare(layers.Norm(x, layer + "layer_norm"));
        string Heads(string projection) => Shaped(layers.Project(input, name + projection), config.AttentionWidth);

        // T5 was trained without the usual scale of 1/√d.
        var context = graph.Contrib(
            "MultiHeadAttention",
            [Heads("q"), Heads("k"), Heads("v"), "", mask, bias],
            ("num_heads", config.Heads),
            ("scale", 1.0),
            ("mask_filter_value", dense.MaskFilter));
        var flat = graph.Op("Reshape", [context, graph.Integers(-1, config.AttentionWidth)]);
        return layers.AddProjected(x, flat, name + "o");
    }

    private void Cross(string name, string projected)
    {
        var split = Shaped(layers.Single(projected), config.Heads, config.HeadSize);
        graph.OutputOf(
            name, DataType.Float, ["batch", config.Heads, "length", config.HeadSize], "Transpose", [split], ("perm", new long[] { 0, 2, 1, 3 }));
    }

    private string Shaped(string rows, params long[] inner) =>
        graph.Op("Reshape", [rows, graph.Op("Concat", [shape, graph.Integers(inner)], ("axis", 0))]);
}
