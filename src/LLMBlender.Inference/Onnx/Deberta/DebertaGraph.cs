using DataType = LLMBlender.Inference.Onnx.Wire.TensorProto.Types.DataType;

namespace LLMBlender.Inference.Onnx.Deberta;

/// <summary>
/// The DeBERTa-v2/v3 encoder as an ONNX graph: post-norm layers with disentangled attention,
/// score[q,k] = (Q_q·K_k + Q_q·posK[δ(q−k)] + K_k·posQ[δ(q−k)]) / √(d·terms).
/// </summary>
/// <remarks>
/// It computes the same numbers as the reference at lower cost. The projections of the relative table don't depend on the input: they are
/// stored as weights, already scaled. δ depends on q−k alone and never decreases with it: an input of L tokens uses one contiguous range of
/// the table, so that only this range is multiplied. And if only some rows of the last layer are read, only these are computed.
/// </remarks>
internal sealed class DebertaGraph : IEncoderLayers
{
    private readonly DebertaConfig config;
    private readonly OnnxGraph graph;
    private readonly DenseLayers dense;
    private readonly string prefix;

    // Values shared by all layers.
    private readonly string mask;
    private readonly string batch;
    private readonly string length;
    private readonly string embedded;
    private string windowStart = "";
    private string windowEnd = "";

    /// <summary>Adds inputs and embedding: <c>input_ids</c> and <c>attention_mask</c>, both int32 [batch, length].</summary>
    /// <param name="config">The encoder's shape.</param>
    /// <param name="graph">Receives the nodes.</param>
    /// <param name="dense">How dense layers are computed.</param>
    /// <param name="prefix">The prefix of the encoder's tensor names, such as <c>pretrained_model.</c></param>
    public DebertaGraph(DebertaConfig config, OnnxGraph graph, DenseLayers dense, string prefix)
    {
        (this.config, this.graph, this.dense, this.prefix) = (config, graph, dense, prefix);
        var ids = graph.Input("input_ids", DataType.Int32, "batch", "length");
        mask = graph.Input("attention_mask", DataType.Int32, "batch", "length");
        var shape = graph.Op("Shape", [ids]);
        batch = graph.Op("Slice", [shape, graph.Integers(0), graph.Integers(1)]);
        length = graph.Op("Slice", [shape, graph.Integers(1), graph.Integers(2)]);
        embedded = Embed(ids);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> EncodeAll()
    {
        var row = graph.Op("Range", [graph.Scalar(DataType.Int64, 0), graph.Op("Squeeze", [length]), graph.Scalar(DataType.Int64, 1)]);
        var queries = Reshape(row, graph.Integers(1, -1, 1));
        return Layers(queries, config.Layers);
    }

    /// <inheritdoc/>
    public string EncodeAt(string positions)
    {
        var row = graph.Op("Range", [graph.Scalar(DataType.Int64, 0), graph.Op("Squeeze", [length]), graph.Scalar(DataType.Int64, 1)]);
        var all = Layers(Reshape(row, graph.Integers(1, -1, 1)), config.Layers - 1)[^1];
        var count = graph.Op("Slice", [graph.Op("Shape", [positions]), graph.Integers(1), graph.Integers(2)]);
        var starts = graph.Op("Mul", [
            graph.Op("Range", [graph.Scalar(DataType.Int64, 0), graph.Op("Squeeze", [batch]), graph.Scalar(DataType.Int64, 1)]),
            graph.Op("Squeeze", [length])]);
        var rows = graph.Op("Add", [positions, Reshape(starts, graph.Integers(-1, 1))]);
        var asked = graph.Op("Gather", [all, Reshape(rows, graph.Integers(-1))], ("axis", 0));
        var offsets = Offsets(Reshape(positions, graph.Op("Concat", [batch, count, graph.Integers(1)], ("axis", 0))), batch, count);
        return Layer(config.Layers - 1, asked, count, all, offsets);
    }

    private List<string> Layers(string queries, int count)
    {
        List<string> states = [embedded];
        if (count == 0)
        {
            // A one-layer ranker needs only the window that Offsets computes, and no full layer.
            return states;
        }

        var offsets = Offsets(queries, batch, length);
        for (var layer = 0; layer < count; layer++)
        {
            states.Add(Layer(layer, states[^1], length, states[^1], offsets));
        }

        return states;
    }

    private string Embed(string ids)
    {
        var rows = graph.Op("Gather", [graph.Weight(prefix + "embeddings.word_embeddings.weight"), Reshape(ids, graph.Integers(-1))], ("axis", 0));
        if (config.EmbeddingSize != config.Hidden)
        {
            return Norm(dense.ApplyWide(graph, rows, prefix + "embeddings.embed_proj", bias: false), prefix + "embeddings.LayerNorm");
        }

        return Norm(dense.ToSingle(graph, rows), prefix + "embeddings.LayerNorm");
    }

    // δ(q−k) minus the first table row that this length uses, as GatherElements requires it: int32 [batch, heads, n, length].
    private string Offsets(string queries, string rows, string columns)
    {
        var furthest = RelativeBuckets.Saturation(config.Span, config.Buckets, config.MaxRelativePositions);
        var table = graph.Integers32(RelativeBuckets.Table(config.Span, config.Buckets, config.MaxRelativePositions, furthest));
        var zero = graph.Scalar(DataType.Int64, 0);
        var one = graph.Scalar(DataType.Int64, 1);
        var limit = graph.Scalar(DataType.Int64, furthest);
        string Row(string distance) => graph.Op("Gather", [
            table,
            graph.Op("Add", [graph.Op("Clip", [distance, graph.Scalar(DataType.Int64, -furthest), limit]), limit])], ("axis", 0));

        if (windowStart.Length == 0)
        {
            var longest = graph.Op("Sub", [length, graph.Integers(1)]);
            windowStart = graph.Op("Cast", [Row(graph.Op("Neg", [longest]))], ("to", (int)DataType.Int64));
            windowEnd = graph.Op("Add", [graph.Op("Cast", [Row(longest)], ("to", (int)DataType.Int64)), graph.Integers(1)]);
        }

        var keys = graph.Op("Range", [zero, graph.Op("Squeeze", [length]), one]);
        var offsets = graph.Op("Sub", [
            Row(graph.Op("Sub", [queries, keys])),
            graph.Op("Cast", [windowStart], ("to", (int)DataType.Int32))]);
        var shape = graph.Op("Concat", [rows, graph.Integers(config.Heads), columns, length], ("axis", 0));
        return graph.Op("Expand", [graph.Op("Unsqueeze", [offsets, graph.Integers(1)]), shape]);
    }

    private string Layer(int index, string asked, string askedCount, string all, string offsets)
    {
        var name = $"{prefix}encoder.layer.{index}.";
        var attended = Attend(index, name + "attention.self.", asked, askedCount, all, offsets);
        var output = dense.ApplyWide(graph, attended, name + "attention.output.dense");
        var x = AddNorm(asked, output, name + "attention.output.LayerNorm");
        var wide = dense.ApplyToStates(graph, x, name + "intermediate.dense");
        var narrow = dense.ApplyWide(graph, graph.Op("Gelu", [wide]), name + "output.dense");
        return AddNorm(x, narrow, name + "output.LayerNorm");
    }

    private string Attend(int index, string name, string asked, string askedCount, string all, string offsets)
    {
        // At int8, a layer's input is quantised once for all the projections that share it.
        var keysInput = dense.PrepareStates(graph, all);
        var queriesInput = asked == all ? keysInput : dense.PrepareStates(graph, asked);
        var q = dense.ToSingle(graph, dense.ApplyPrepared(graph, queriesInput, name + "query_proj"));
        var k = dense.ToSingle(graph, dense.ApplyPrepared(graph, keysInput, name + "key_proj"));
        var v = dense.ToSingle(graph, dense.ApplyPrepared(graph, keysInput, name + "value_proj"));
        var flat = graph.Integers(config.AttentionWidth);
        var heads = graph.Integers(config.Heads, config.HeadSize);

        string? bias = null;
        if (config.ContentToPosition)
        {
            var split = Reshape(q, graph.Op("Concat", [batch, askedCount, heads], ("axis", 0)));
            var queries = graph.Op("Transpose", [split], ("perm", new long[] { 0, 2, 1, 3 }));
            var scores = graph.Op("MatMul", [queries, Window(PositionTables.KeyName(index), axis: 2)]);
            bias = graph.Op("GatherElements", [scores, offsets], ("axis", 3));
        }

        if (config.PositionToContent)
        {
            var split = Reshape(k, graph.Op("Concat", [batch, length, heads], ("axis", 0)));
            var keys = graph.Op("Transpose", [split], ("perm", new long[] { 0, 2, 3, 1 }));
            var scores = graph.Op("MatMul", [Window(PositionTables.QueryName(index), axis: 1), keys]);
            var gathered = graph.Op("GatherElements", [scores, offsets], ("axis", 2));
            bias = bias is null ? gathered : graph.Op("Add", [bias, gathered]);
        }

        var q3 = Reshape(q, graph.Op("Concat", [batch, askedCount, flat], ("axis", 0)));
        var k3 = Reshape(k, graph.Op("Concat", [batch, length, flat], ("axis", 0)));
        var v3 = Reshape(v, graph.Op("Concat", [batch, length, flat], ("axis", 0)));
        var context = graph.Contrib(
            "MultiHeadAttention",
            [q3, k3, v3, "", mask, bias ?? ""],
            ("num_heads", config.Heads),
            ("scale", config.ScoreScale),
            ("mask_filter_value", DenseLayers.SingleMaskFilter));
        return dense.FromSingle(graph, Reshape(context, graph.Integers(-1, config.AttentionWidth)));
    }

    private string Window(string weight, int axis) =>
        dense.ToSingle(graph, graph.Op("Slice", [graph.Weight(weight), windowStart, windowEnd, graph.Integers(axis)]));

    private string Norm(string x, string name) =>
        graph.Op(
            "LayerNormalization",
            [x, graph.Weight(name + ".weight"), graph.Weight(name + ".bias")],
            ("axis", -1),
            ("epsilon", config.LayerNormEpsilon));

    private string AddNorm(string x, string added, string name) => Norm(graph.Op("Add", [x, added]), name);

    private string Reshape(string value, string shape) => graph.Op("Reshape", [value, shape]);
}
