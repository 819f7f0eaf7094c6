using DataType = LLMBlender.Inference.Onnx.Wire.TensorProto.Types.DataType;

namespace LLMBlender.Inference.Onnx.ModernBert;

/// <summary>
/// A ModernBERT encoder as an ONNX graph (arXiv 2412.13663): pre-norm layers, rotary positions, global and local attention alternating,
/// gated feed-forward layers, and a final norm.
/// </summary>
internal sealed class ModernBertGraph : IEncoderLayers
{
    private readonly ModernBertConfig config;
    private readonly OnnxGraph graph;
    private readonly DenseLayers dense;
    private readonly string prefix;
    private readonly string mask;
    private readonly string shape;
    private readonly string batch;
    private readonly string length;
    private readonly string numbers;
    private readonly string embedded;
    private readonly Dictionary<bool, (string Cosine, string Sine)> rotations = [];
    private string? window;

    /// <summary>Adds inputs and embedding.</summary>
    /// <param name="config">The encoder's shape.</param>
    /// <param name="graph">Receives the nodes.</param>
    /// <param name="dense">How dense layers are computed.</param>
    /// <param name="prefix">The prefix of the encoder's tensor names, such as <c>model.</c></param>
    public ModernBertGraph(ModernBertConfig config, OnnxGraph graph, DenseLayers dense, string prefix)
    {
        (this.config, this.graph, this.dense, this.prefix) = (config, graph, dense, prefix);
        var ids = graph.Input("input_ids", DataType.Int32, "batch", "length");
        mask = graph.Input("attention_mask", DataType.Int32, "batch", "length");
        shape = graph.Op("Shape", [ids]);
        batch = graph.Op("Slice", [shape, graph.Integers(0), graph.Integers(1)]);
        length = graph.Op("Slice", [shape, graph.Integers(1), graph.Integers(2)]);
        numbers = Range(length);
        embedded = Norm(Reshape(Words(ids), graph.Integers(-1, config.Hidden)), "embeddings.norm");
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> EncodeAll()
    {
        List<string> states = [embedded];
        for (var layer = 0; layer < config.IsLocal.Count; layer++)
        {
            states.Add(FeedForward(layer, states[^1], Attend(layer, states[^1])));
        }

        states[^1] = Norm(states[^1], "final_norm");
        return states;
    }

    /// <inheritdoc/>
    public string EncodeAt(string positions)
    {
        var last = config.IsLocal.Count - 1;
        var all = embedded;
        for (var layer = 0; layer < last; layer++)
        {
            all = FeedForward(layer, all, Attend(layer, all));
        }

        // After attention the last layer is computed only for the requested rows.
        var starts = graph.Op("Mul", [Range(batch), graph.Op("Squeeze", [length])]);
        var rows = Reshape(graph.Op("Add", [positions, Reshape(starts, graph.Integers(-1, 1))]), graph.Integers(-1));
        string Requested(string x) => graph.Op("Gather", [x, rows], ("axis", 0));
        var attended = Attend(last, all);
        return Norm(FeedForward(last, Requested(all), Requested(attended)), "final_norm");
    }

    // [batch·length, hidden]: the heads' outputs, before the output projection.
    private string Attend(int layer, string x)
    {
        var name = $"layers.{layer}.";
        var projected = dense.ToSingle(graph, ProjectStates(layer == 0 ? x : Norm(x, name + "attn_norm"), name + "attn.Wqkv", config.HasAttentionBias));
        var isLocal = config.IsLocal[layer];
        string ByRow(string part) => Reshape(part, graph.Op("Concat", [shape, graph.Integers(config.Hidden)], ("axis", 0)));
        var context = graph.Contrib(
            "MultiHeadAttention",
            [
                ByRow(Rotate(Part(projected, 0, config.Hidden, axis: 1), isLocal)),
                ByRow(Rotate(Part(projected, 1, config.Hidden, axis: 1), isLocal)),
                ByRow(Part(projected, 2, config.Hidden, axis: 1)),
                "",
                mask,
                .. isLocal ? [Window()] : (string[])[],
            ],
            ("num_heads", config.Heads),
            ("mask_filter_value", DenseLayers.SingleMaskFilter));
        return dense.FromSingle(graph, Reshape(context, graph.Integers(-1, config.Hidden)));
    }

    // Both residual sums of a layer: x + attention, then + gelu(a)·b projected, where Wi gives [a; b].
    private string FeedForward(int layer, string x, string attended)
    {
        var name = $"layers.{layer}.";
        x = graph.Op("Add", [x, ProjectWide(attended, name + "attn.Wo", config.HasAttentionBias)]);
        var wide = ProjectStates(Norm(x, name + "mlp_norm"), name + "mlp.Wi", config.HasFeedForwardBias);
        var activated = graph.Op("Gelu", [Part(wide, 0, config.Intermediate, axis: 1)]);
        var gated = graph.Op("Mul", [activated, dense.DivideWide(graph, Part(wide, 1, config.Intermediate, axis: 1))]);
        return graph.Op("Add", [x, ProjectWide(gated, name + "mlp.Wo", config.HasFeedForwardBias, isDivided: true)]);
    }

    // x·cos + rotate(x)·sin, where rotate maps a head's halves (a, b) to (−b, a). In single precision, as the reference computes it.
    private string Rotate(string x, bool isLocal)
    {
        var (cosine, sine) = Rotation(isLocal);
        var heads = Reshape(x, graph.Op("Concat", [shape, graph.Integers(config.Heads, config.HeadSize)], ("axis", 0)));
        var half = config.HeadSize / 2;
        var rotated = graph.Op("Concat", [graph.Op("Neg", [Part(heads, 1, half, axis: 3)]), Part(heads, 0, half, axis: 3)], ("axis", 3));
        return graph.Op("Add", [graph.Op("Mul", [heads, cosine]), graph.Op("Mul", [rotated, sine])]);
    }

    // [length, 1, head size], the same for every row and head.
    private (string Cosine, string Sine) Rotation(bool isLocal)
    {
        if (!rotations.TryGetValue(isLocal, out var rotation))
        {
            var positions = Reshape(graph.Op("Cast", [numbers], ("to", (int)DataType.Float)), graph.Integers(-1, 1, 1));
            var angles = graph.Op("Mul", [positions, graph.Weight(ModernBertTensors.Frequencies(isLocal))]);
            angles = graph.Op("Concat", [angles, angles], ("axis", 2));
            rotations[isLocal] = rotation = (graph.Op("Cos", [angles]), graph.Op("Sin", [angles]));
        }

        return rotation;
    }

    // [1, 1, length, length], added to scores: 0 within the reach, the mask's value beyond it.
    private string Window()
    {
        if (window is null)
        {
            var distances = graph.Op("Abs", [graph.Op("Sub", [Reshape(numbers, graph.Integers(-1, 1)), numbers])]);
            var isBeyond = graph.Op("Greater", [distances, graph.Scalar(DataType.Int64, config.Reach)]);
            var scores = graph.Op("Where", [isBeyond, graph.Scalar(DataType.Float, DenseLayers.SingleMaskFilter), graph.Scalar(DataType.Float, 0)]);
            window = graph.Op("Unsqueeze", [scores, graph.Integers(0, 1)]);
        }

        return window;
    }

    // If stored as bytes, each row has a scale.
    private string Words(string ids)
    {
        var name = prefix + ModernBertTensors.Words + ".weight";
        var rows = graph.Op("Gather", [graph.Weight(name), ids], ("axis", 0));
        if (!dense.IsQuantised)
        {
            return dense.ToSingle(graph, rows);
        }

        var scales = graph.Op("Gather", [graph.Weight(name + "_scale"), ids], ("axis", 0));
        return graph.Op("Mul", [graph.Op("Cast", [rows], ("to", (int)DataType.Float)), scales]);
    }

    private string ProjectStates(string x, string name, bool bias) => dense.ApplyToStates(graph, x, prefix + name, bias);

    private string ProjectWide(string x, string name, bool bias, bool isDivided = false) => dense.ApplyWide(graph, x, prefix + name, bias, isDivided);

    private string Norm(string x, string name) => graph.Op(
        "LayerNormalization",
        config.HasNormBias
            ? [x, graph.Weight($"{prefix}{name}.weight"), graph.Weight($"{prefix}{name}.bias")]
            : [x, graph.Weight($"{prefix}{name}.weight")],
        ("axis", -1),
        ("epsilon", config.LayerNormEpsilon));

    // The index-th section of this width along an axis.
    private string Part(string x, int index, int width, int axis) => graph.Op(
        "Slice", [x, graph.Integers((long)index * width), graph.Integers((index + 1L) * width), graph.Integers(axis)]);

    private string Range(string count) =>
        graph.Op("Range", [graph.Scalar(DataType.Int64, 0), graph.Op("Squeeze", [count]), graph.Scalar(DataType.Int64, 1)]);

    private string Reshape(string value, string to) => graph.Op("Reshape", [value, to]);
}
