using DataType = LLMBlender.Inference.Onnx.Wire.TensorProto.Types.DataType;

namespace LLMBlender.Inference.Onnx.Bert;

/// <summary>A BERT or RoBERTa encoder as an ONNX graph: absolute positions, token types, post-norm layers.</summary>
internal sealed class BertGraph : IEncoderLayers
{
    private readonly BertConfig config;
    private readonly OnnxGraph graph;
    private readonly DenseLayers dense;
    private readonly string prefix;
    private readonly bool isOneType;
    private readonly string mask;
    private readonly string shape;
    private readonly string batch;
    private readonly string length;
    private readonly string embedded;

    /// <summary>Adds inputs and embedding.</summary>
    /// <param name="config">The encoder's shape.</param>
    /// <param name="graph">Receives the nodes.</param>
    /// <param name="dense">How dense layers are computed.</param>
    /// <param name="prefix">The prefix of the encoder's tensor names, such as <c>bert.</c></param>
    /// <param name="isOneType">Whether every token has type 0.</param>
    public BertGraph(BertConfig config, OnnxGraph graph, DenseLayers dense, string prefix, bool isOneType)
    {
        (this.config, this.graph, this.dense, this.prefix) = (config, graph, dense, prefix);
        this.isOneType = isOneType || config.TokenTypes == 1;
        var ids = graph.Input("input_ids", DataType.Int32, "batch", "length");
        mask = graph.Input("attention_mask", DataType.Int32, "batch", "length");
        shape = graph.Op("Shape", [ids]);
        batch = graph.Op("Slice", [shape, graph.Integers(0), graph.Integers(1)]);
        length = graph.Op("Slice", [shape, graph.Integers(1), graph.Integers(2)]);
        embedded = Embed(ids);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> EncodeAll()
    {
        List<string> states = [embedded];
        for (var layer = 0; layer < config.Layers; layer++)
        {
            states.Add(Layer(layer, states[^1], states[^1], length));
        }

        return states;
    }

    /// <inheritdoc/>
    public string EncodeAt(string positions)
    {
        var all = embedded;
        for (var layer = 0; layer < config.Layers - 1; layer++)
        {
            all = Layer(layer, all, all, length);
        }

        var count = graph.Op("Slice", [graph.Op("Shape", [positions]), graph.Integers(1), graph.Integers(2)]);
        var starts = graph.Op("Mul", [Range(batch), graph.Op("Squeeze", [length])]);
        var rows = graph.Op("Add", [positions, Reshape(starts, graph.Integers(-1, 1))]);
        var asked = graph.Op("Gather", [all, Reshape(rows, graph.Integers(-1))], ("axis", 0));
        return Layer(config.Layers - 1, asked, all, count);
    }

    private string Embed(string ids)
    {
        var sum = graph.Op("Add", [Words(ids), dense.ToSingle(graph, Row("position", Positions(ids)))]);
        sum = graph.Op("Add", [sum, dense.ToSingle(graph, Types())]);
        return Norm(Reshape(sum, graph.Integers(-1, config.Hidden)), prefix + "embeddings.LayerNorm");
    }

    // If stored as bytes, each row has a scale.
    private string Words(string ids)
    {
        var rows = Row("word", ids);
        if (!dense.IsQuantised)
        {
            return dense.ToSingle(graph, rows);
        }

        var scales = graph.Op("Gather", [graph.Weight($"{prefix}{BertTensors.Words}.weight_scale"), ids], ("axis", 0));
        return graph.Op("Mul", [graph.Op("Cast", [rows], ("to", (int)DataType.Float)), scales]);
    }

    private string Row(string table, string ids) =>
        graph.Op("Gather", [graph.Weight($"{prefix}embeddings.{table}_embeddings.weight"), ids], ("axis", 0));

    private string Positions(string ids)
    {
        if (config.RobertaPadding is not { } padding)
        {
            return Range(length);
        }

        var one = graph.Op("Equal", [ids, graph.Scalar(DataType.Int32, padding)]);
        var counted = graph.Op("Cast", [graph.Op("Not", [one])], ("to", (int)DataType.Int32));
        var numbers = graph.Op("Mul", [graph.Op("CumSum", [counted, graph.Scalar(DataType.Int64, 1)]), counted]);
        return graph.Op("Add", [numbers, graph.Scalar(DataType.Int32, padding)]);
    }

    // A single type is the same for every token: [1, hidden], otherwise [batch, length, hidden].
    private string Types() => Row(
        "token_type",
        isOneType ? graph.Integers(0) : graph.Input(IEncoderLayers.Types, DataType.Int32, "batch", "length"));

    private string Layer(int index, string asked, string all, string askedCount)
    {
        var name = $"{prefix}encoder.layer.{index}.";
        var keysInput = dense.PrepareStates(graph, all);
        var queriesInput = asked == all ? keysInput : dense.PrepareStates(graph, asked);
        string Heads(DenseLayers.Prepared input, string projection, string count) => Reshape(
            dense.ToSingle(graph, dense.ApplyPrepared(graph, input, $"{name}attention.self.{projection}")),
            graph.Op("Concat", [batch, count, graph.Integers(config.Hidden)], ("axis", 0)));

        var context = graph.Contrib(
            "MultiHeadAttention",
            [Heads(queriesInput, "query", askedCount), Heads(keysInput, "key", length), Heads(keysInput, "value", length), "", mask],
            ("num_heads", config.Heads),
            ("mask_filter_value", DenseLayers.SingleMaskFilter));
        var attended = dense.ApplyWide(graph, dense.FromSingle(graph, Reshape(context, graph.Integers(-1, config.Hidden))), name + "attention.output.dense");
        var x = AddNorm(asked, attended, name + "attention.output.LayerNorm");
        var wide = graph.Op("Gelu", [dense.ApplyToStates(graph, x, name + "intermediate.dense")]);
        return AddNorm(x, dense.ApplyWide(graph, wide, name + "output.dense"), name + "output.LayerNorm");
    }

    private string Norm(string x, string name) => graph.Op(
        "LayerNormalization",
        [x, graph.Weight(name + ".weight"), graph.Weight(name + ".bias")],
        ("axis", -1),
        ("epsilon", config.LayerNormEpsilon));

    private string AddNorm(string x, string added, string name) => Norm(graph.Op("Add", [x, added]), name);

    private string Range(string count) =>
        graph.Op("Range", [graph.Scalar(DataType.Int64, 0), graph.Op("Squeeze", [count]), graph.Scalar(DataType.Int64, 1)]);

    private string Reshape(string value, string to) => graph.Op("Reshape", [value, to]);
}
